# Redis from the distribution's package, with the public image's user, working folder and volume.
FROM orbital-witness-offline/base
RUN groupadd --system --gid 999 redis \
 && useradd --system --uid 999 --gid redis redis \
 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends redis-server redis-tools \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb \
 && mkdir /data \
 && chown redis:redis /data
WORKDIR /data
CMD ["redis-server"]
