# Node from the npm package that carries it, npm from its own package, on Debian's packages.
# The build context holds both, unpacked, as node/ and npm/.
FROM orbital-witness-offline/base
COPY node/bin/node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && chmod 755 /usr/local/bin/node /usr/local/lib/node_modules/npm/bin/npm-cli.js \
 && groupadd --gid 1000 node \
 && useradd --uid 1000 --gid node --create-home node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
