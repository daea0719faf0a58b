#!lua flags=allow-oom
-- Undoes `accept`. Extra KEYS: user's orders. ARGV: order's id. Returns 1 if there was an order.
local place, run, attempt = unpack(record('place', 'run', 'attempt'))
if place then
  redis.call('ZREM', waiting_key, place)
  redis.call('ZREM', delayed_key, place)
end
if run then redis.call('ZREM', leases_key, attempt_name(ARGV[1], run, attempt)) end
redis.call('ZREM', KEYS[13], ARGV[1])
redis.call('ZREM', unindexed_key, ARGV[1])
redis.call('PUBLISH', events_key, '')
redis.call('DEL', events_key, pages_key)
return redis.call('DEL', record_key)
