#!lua flags=allow-oom
-- Delays an item that cannot be claimed, or a lease that cannot be collected. ARGV: 'item' or 'lease', its
-- name, delay in ms.
local what, name, delay = unpack(ARGV)
if what == 'lease' then
  redis.call('ZADD', leases_key, 'XX', now + delay, name)
elseif redis.call('ZREM', waiting_key, name) == 1 then
  redis.call('ZADD', delayed_key, now + delay, name)
end
