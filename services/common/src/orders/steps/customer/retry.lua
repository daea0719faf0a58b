#!lua
-- Queues a failed order again, behind the user's other orders. ARGV: the most runs. Refused when Redis is
-- full.
local status, run = unpack(record('status', 'run'))
if not status then return {'gone', '0'} end
if status ~= 'failed' then return {'not_failed', '0'} end
if tonumber(run) >= tonumber(ARGV[1]) then return {'too_many', '0'} end
run = redis.call('HINCRBY', record_key, 'run', 1)
redis.call('HSET', record_key, 'failures', 0, 'turn', redis.call('INCR', sequence_key), 'queued_ms', now)
redis.call('HDEL', record_key, 'finished_ms', 'reason_code', 'reason_message')
redis.call('PERSIST', record_key)
redis.call('PERSIST', events_key)
redis.call('DEL', pages_key)
put_order(0)
tell('status', 'queued')
return {'queued', tostring(run)}
