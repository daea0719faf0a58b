#!lua
-- Lets an order wait in this queue that an earlier version left in its own. Extra KEYS: the pages of the
-- order's last attempt, as earlier versions called them. Returns 1 if the order waits now.
local pages_before_key = KEYS[15]
local status, attempt, queued_ms = unpack(record('status', 'attempt', 'queued_ms'))
if redis.call('EXISTS', pages_before_key) == 1 then redis.call('RENAME', pages_before_key, pages_key) end
if not status or queued_ms then return 0 end
if has_ended(status) then
  redis.call('ZADD', unarchived_key, 'NX', now, record('order_id')[1])
  return 0
end
redis.call('HSET', record_key, 'queued_ms', record('created_ms')[1])
redis.call('HDEL', record_key, 'spread', 'suspected_attempt', 'suspected_ms')
if status == 'queued' then put_order(0) else put_back(attempt, 'handed_back', '', '', 0) end
return 1
