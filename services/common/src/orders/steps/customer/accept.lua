#!lua
-- Extra KEYS: user's orders, and the idempotency key where there is one. ARGV: deadline in ms, order's id,
-- retention in s, fingerprint of the request, an order that no longer exists (or empty: its idempotency key
-- does not count), the record's fields and values. Refused when Redis is full.
local orders_key, idempotency_key = KEYS[13], KEYS[14]
local id = ARGV[2]
if now > tonumber(ARGV[1]) then return {'late', ''} end
if idempotency_key then
  local known, fingerprint = unpack(redis.call('HMGET', idempotency_key, 'order_id', 'fingerprint'))
  if known and known ~= ARGV[5] then return {fingerprint == ARGV[4] and 'known' or 'mismatch', known} end
  redis.call('HSET', idempotency_key, 'order_id', id, 'fingerprint', ARGV[4])
  redis.call('EXPIRE', idempotency_key, ARGV[3])
end
local turn = redis.call('INCR', sequence_key)
redis.call('HSET', record_key, 'run', 1, 'attempt', 0, 'failures', 0, 'turn', turn, 'created_ms', now,
  'queued_ms', now, unpack(ARGV, 6))
redis.call('ZADD', orders_key, turn, id)
put_order(0)
tell('status', 'queued')
return {'accepted', id}
