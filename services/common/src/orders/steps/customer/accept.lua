#!lua
-- Extra KEYS: user's orders, and the idempotency key where there is one. ARGV: deadline in ms, order's id,
-- retention in s, fingerprint of the request, an order that no longer exists (or empty: its idempotency key
-- does not count), user's id, the record's fields and values. Refused when Redis is full.
local orders_key, idempotency_key = KEYS[15], KEYS[16]
local id = ARGV[2]
if now > tonumber(ARGV[1]) then return {'late', ''} end
if idempotency_key then
  local known, fingerprint = unpack(redis.call('HMGET', idempotency_key, 'order_id', 'fingerprint'))
  if known and known ~= ARGV[5] then return {fingerprint == ARGV[4] and 'known' or 'mismatch', known} end
  redis.call('HSET', idempotency_key, 'order_id', id, 'fingerprint', ARGV[4])
  redis.call('EXPIRE', idempotency_key, ARGV[3])
end
-- Reads nothing back, because this step decides how many orders can be accepted.
local turn = redis.call('INCR', sequence_key)
local item = named_item(ARGV[6], now + page_ms, turn, id .. '.1')
redis.call('HSET', record_key, 'status', 'queued', 'place', item, 'run', 1, 'attempt', 0, 'failures', 0,
  'turn', turn, 'created_ms', now, 'queued_ms', now, unpack(ARGV, 7))
redis.call('ZADD', orders_key, turn, id)
redis.call('XADD', events_key, '*', 'status', 'queued')
changed(id, ARGV[6])
put(item, 0)
return {'accepted', id}
