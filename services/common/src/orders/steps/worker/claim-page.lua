#!lua flags=allow-oom
-- ARGV: item, name of the attempt, attempt, page (empty for the next page of the document), worker, token of
-- this claim, duration of the lease in ms, 'again' for a call whose first answer was lost: it gets the same
-- page.
local item, name, attempt, page, worker, token, lease_ms, again = unpack(ARGV)

local function claimed(since)
  local request_id, traceparent = unpack(record('request_id', 'traceparent'))
  return {'claimed', tostring(page), failures_of(page), request_id, tonumber(since), traceparent}
end

local fields = again == 'again' and redis.call('HGETALL', pages_key) or {}
for i = 2, #fields, 2 do
  local owner, since = string.match(fields[i], '^(%S+) (%d+) ')
  if owner == token then
    page = string.match(fields[i - 1], '^%d+')
    return claimed(since)
  end
end

-- Reading the pages first keeps the item if that fails.
redis.call('HLEN', pages_key)
local mine = is_mine(attempt)
if redis.call('ZREM', waiting_key, item) == 0 then return {'taken'} end
if not mine then return {'gone'} end
if page == '' then
  page = redis.call('HINCRBY', record_key, 'handed_out', 1)
  local left = record('pages')[1] - page
  if left > 0 then
    local rest = item_of(name, left)
    redis.call('HSET', record_key, 'place', rest)
    redis.call('ZADD', waiting_key, 0, rest)
    wake()
  else
    redis.call('HDEL', record_key, 'place')
  end
end
-- A worker that was considered lost may have ended the page meanwhile.
if redis.call('HEXISTS', pages_key, page) == 1 then return {'ended'} end
serve(item)
redis.call('HSET', pages_key, page .. ':claim', claim_of(token, worker))
lease(page_lease(name, page, token), lease_ms)
return claimed(now)
