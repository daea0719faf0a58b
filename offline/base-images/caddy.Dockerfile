# Caddy from the distribution's package. Like the public image it carries wget and the file capability
# for low ports, so that what runs here runs there.
FROM orbital-witness-offline/base
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends caddy libcap2-bin wget \
 && setcap cap_net_bind_service=+ep /usr/bin/caddy \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
