/**
 * Redis' command. Every order has a stream with a few events, for which Redis would reserve 4 kB: hence the
 * smaller node size.
 *
 * It runs by `sh -c` with the password in REDISCLI_AUTH. Redis reads the configuration from standard input,
 * so that the password is in no argument list and no file.
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
