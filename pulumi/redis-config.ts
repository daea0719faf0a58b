/**
 * Every order has a stream of a handful of events, for which Redis would set 4 kB aside: hence its node's size.
 *
 * For `sh -c`, with the password in REDISCLI_AUTH. The configuration comes in by standard input, so that the password
 * stands in no argument list and no file.
 */
export const redisStartCommand = `exec redis-server - <<END
dir /data
appendonly yes
appendfsync always
save ""
maxmemory 384mb
stream-node-max-bytes 512
maxmemory-policy noeviction
requirepass $REDISCLI_AUTH
END`;
