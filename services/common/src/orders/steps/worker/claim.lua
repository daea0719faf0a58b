#!lua flags=allow-oom
-- Starts an attempt. ARGV: item, order's id, run, worker, token of this claim, duration of the lease in ms.
-- A repeated call, whose first answer was lost, gets the same attempt. For an order with a trace, the answer
-- also tells since when it waited (ms).
local item, id, run, worker, token, lease_ms = unpack(ARGV)
local status, current, place, attempt, claim, traceparent =
  unpack(record('status', 'run', 'place', 'attempt', 'claim', 'traceparent'))
if redis.call('ZREM', waiting_key, item) == 0 then
  if claim ~= token or not is_mine(attempt) then return {'taken'} end
  return {'claimed', redis.call('HGETALL', record_key)}
end
if status ~= 'queued' or current ~= run or place ~= item then return {'gone'} end
local queued = traceparent and redis.call('XREVRANGE', events_key, '+', '-', 'COUNT', 1)[1]
serve(item)
attempt = redis.call('HINCRBY', record_key, 'attempt', 1)
redis.call('HSET', record_key, 'status', 'fetching', 'attempt_ms', now, 'claim', token, 'worker', worker)
redis.call('HSETNX', record_key, 'started_ms', now)
redis.call('HDEL', record_key, 'place', 'failed_pages')
redis.call('DEL', pages_key)
lease(attempt_name(id, run, attempt), lease_ms)
tell('status', 'fetching', 'attempt', attempt, 'worker', worker)
return {'claimed', redis.call('HGETALL', record_key), queued and string.match(queued[1], '^%d+')}
