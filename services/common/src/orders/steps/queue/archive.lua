#!lua flags=allow-oom
-- Removes an ended order that is archived now. Extra KEYS: the runs of archived orders. ARGV: order's id, the
-- run and the end (ms) that are archived.
local runs_key = KEYS[15]
local id, archived_run, archived_ms = unpack(ARGV)
local status, run, finished_ms = unpack(record('status', 'run', 'finished_ms'))
local ended = status and has_ended(status)
if ended and (run ~= archived_run or finished_ms ~= archived_ms) then return 'changed' end
redis.call('ZREM', unarchived_key, id)
if not status then return 'gone' end
if not ended then return 'running' end
redis.call('DEL', record_key, events_key, pages_key)
-- Only orders that were retried need an entry.
if run ~= '1' then redis.call('HSET', runs_key, id, run) end
redis.call('PUBLISH', events_key, '')
return 'archived'
