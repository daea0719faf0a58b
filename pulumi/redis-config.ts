/**
 * The command that starts Redis. Each order has a stream with a few events. The node size is small because
 * Redis would otherwise reserve 4 kB for each stream.
 *
 * It is run by `sh -c` with the password in REDISCLI_AUTH. Redis reads the configuration from standard input,
 * so that the password is neither in an argument list nor in a file.
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
