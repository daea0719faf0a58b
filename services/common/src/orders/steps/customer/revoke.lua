#!lua flags=allow-oom
-- Undoes `accept`. Extra KEYS: user's orders. ARGV: order's id, user's id. Returns 1 if there was an order.
-- If the order or an earlier run of it is archived, it is due again: the worker then finds it in no user's
-- list, and removes its files.
local place, run, attempt = unpack(record('place', 'run', 'attempt'))
if place then
  redis.call('ZREM', waiting_key, place)
  redis.call('ZREM', delayed_key, place)
end
if run then
  redis.call('ZREM', leases_key, attempt_name(ARGV[1], run, attempt))
  redis.call('ZREM', unarchived_key, ARGV[1])
end
local listed = redis.call('ZREM', KEYS[15], ARGV[1])
redis.call('ZREM', unindexed_key, ARGV[1])
if listed == 1 then changed(ARGV[1], ARGV[2], 'removed', 1) end
if listed == 1 and run ~= '1' then
  redis.call('ZADD', unarchived_key, now, ARGV[1])
  wake()
end
if not run then return listed end
redis.call('PUBLISH', events_key, '')
redis.call('DEL', events_key, pages_key)
return redis.call('DEL', record_key)
