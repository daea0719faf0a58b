#!lua flags=allow-oom
-- ARGV: order's id, run, attempt, pages. From here on the last of several pages ends the order, and no worker
-- has it.
local id, run, attempt, pages = unpack(ARGV)
if not is_mine(attempt) then return 'lost' end
-- A repeated call, whose first answer was lost.
if record('status')[1] == 'recognizing' then return 'written' end
redis.call('HSET', record_key, 'status', 'recognizing', 'page', 0, 'pages', pages,
  'document_pages', pages)
if tonumber(pages) > 1 then
  local name = attempt_name(id, run, attempt)
  local item = item_of(name, tonumber(pages))
  redis.call('HSET', record_key, 'handed_out', 0, 'place', item)
  redis.call('ZREM', leases_key, name)
  -- Only pages count. Finding out their number does not.
  redis.call('ZADD', users_key, 'XX', 'INCR', -1, user_of(item))
  put(item, 0)
end
tell('status', 'recognizing', 'attempt', attempt, 'page', 0, 'pages', pages)
return 'written'
