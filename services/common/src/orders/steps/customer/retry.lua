#!lua
-- Queues a failed order again, behind the user's other orders. ARGV: order's id, the most runs. For an
-- archived order, extra KEYS: the runs of archived orders, the user's orders; and in ARGV, as JSON, its
-- `run`, its `record` (fields and values) and its `events` (each with its `id` and `fields`). Refused when
-- Redis is full.
local id, most = unpack(ARGV)
local archived = ARGV[3] and cjson.decode(ARGV[3])
if archived and redis.call('EXISTS', record_key) == 0 then
  if not redis.call('ZSCORE', KEYS[16], id) then return {'gone', '0'} end
  -- Another retry may have run the order since the caller read the archive.
  if (redis.call('HGET', KEYS[15], id) or '1') ~= archived.run then return {'again', '0'} end
  redis.call('HSET', record_key, unpack(archived.record))
  for _, event in ipairs(archived.events) do
    redis.call('XADD', events_key, event.id, unpack(event.fields))
  end
  redis.call('ZADD', unarchived_key, now, id)
end
local status, run = unpack(record('status', 'run'))
if not status then return {'gone', '0'} end
if status ~= 'failed' then return {'not_failed', '0'} end
if tonumber(run) >= tonumber(most) then return {'too_many', '0'} end
run = redis.call('HINCRBY', record_key, 'run', 1)
redis.call('HSET', record_key, 'failures', 0, 'turn', redis.call('INCR', sequence_key), 'queued_ms', now)
redis.call('HDEL', record_key, 'finished_ms', 'reason_code', 'reason_message', 'document_pages',
  'failed_pages')
redis.call('PERSIST', record_key)
redis.call('PERSIST', events_key)
redis.call('DEL', pages_key)
redis.call('ZREM', unarchived_key, id)
put_order(0)
tell('status', 'queued')
return {'queued', tostring(run)}
