# Prometheus from the distribution's package, with its own page. Like the public image it has wget.
FROM orbital-witness-offline/base
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends prometheus wget \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
ENTRYPOINT ["prometheus"]
