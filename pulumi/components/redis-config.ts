/**
 * The command that starts Redis. Each order has a stream with a few events. The node size is small because
 * Redis would otherwise reserve 4 kB for each stream.
 *
 * It is run by `sh -c` with the administrator's password in REDISCLI_AUTH. Only its hash reaches a file, and
 * no argument list has either. The users of the services are in the same file; `redisAccessCommand` writes
 * them. Other containers mount the folder to check its free space, and must not read its files. The folder
 * itself may belong to somebody else, such as the root of a file system.
 *
 * Nobody can sign in as `default`, which is off. It needs all rights nevertheless: Redis reads its
 * append-only file as `default`, and would skip all transactions and scripts that `default` may not run.
 */
export const redisStartCommand = `set -e
umask 077
cd /data
find . -path ./lost+found -prune -o -user "$(id -u)" -exec chmod go= {} +
hash=$(printf %s "$REDISCLI_AUTH" | sha256sum | cut -d ' ' -f 1)
touch users.acl
if ! grep -q "^user admin on .*#$hash " users.acl || ! grep -q "^user default off .*+@all" users.acl; then
  { echo "user default off ~* &* +@all"
    echo "user admin on #$hash ~* &* +@all"
    sed '/^user default /d; /^user admin /d' users.acl
  } > users.acl.new
  mv users.acl.new users.acl
fi
exec redis-server - <<END
dir /data
aclfile /data/users.acl
appendonly yes
appendfsync always
save ""
maxmemory 384mb
stream-node-max-bytes 512
maxmemory-policy noeviction
END`;

/** Succeeds while Redis answers, and otherwise prints its answer. */
export const redisReadyCommand =
  "answer=$(timeout 3 redis-cli --user admin ping 2>&1); " +
  `[ "$answer" = PONG ] || { echo "\${answer:-no answer within 3 s}"; false; }`;

const ASK = "timeout 3 redis-cli -h redis --user admin";

/**
 * The command that gives Redis the users of the services, and gives them again when Redis has lost them. It
 * is run by `sh -c` with the administrator's password in REDISCLI_AUTH and a line for each user in
 * REDIS_USERS. So a new password reaches Redis without a restart.
 */
export const redisAccessCommand = `users() { ${ASK} acl list | sha256sum; }
while :; do
  if [ "$(users)" != "$(cat /tmp/users 2>/dev/null)" ]; then
    said=$({ printf '%s\\n' "$REDIS_USERS"; echo acl save; } | ${ASK})
    if [ "$(printf '%s\\n' "$said" | sort -u)" = OK ]; then
      users > /tmp/users.new
      mv /tmp/users.new /tmp/users
      echo "Redis has the users of the services now"
    else
      echo "Redis did not take the users of the services: $said" >&2
    fi
  fi
  sleep 5
done`;

/** Succeeds while Redis has the users, and otherwise prints why not, but never their passwords' hashes. */
export const redisAccessReadyCommand =
  `[ "$(${ASK} acl list 2>/dev/null | sha256sum)" = "$(cat /tmp/users 2>/dev/null)" ] || ` +
  `{ answer=$(${ASK} ping 2>&1); [ "$answer" != PONG ] || answer="Redis does not have the users yet"; ` +
  `echo "\${answer:-no answer within 3 s}"; false; }`;
