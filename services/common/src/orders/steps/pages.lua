-- The hash of the pages of a document holds `read`, `empty` or `failed <code> <message>` for each page that
-- ended, and `<page>:reading` with who read it and when. For the others, `<page>:claim` tells which worker
-- reads it, with which token and since when, and `<page>:failures` the number of failures.

local function page_lease(name, page, token) return name .. '.' .. page .. '.' .. token end

local function claim_of(token, worker) return token .. ' ' .. now .. ' ' .. worker end

-- Returns the token, the time in ms and the worker of the page's claim, or nil if nobody has it.
local function claim_on(page)
  local claim = redis.call('HGET', pages_key, page .. ':claim')
  return string.match(claim or '', '^(%S+) (%d+) (.*)$')
end

-- Tells who has read a page, since `started` (ms), at the last of so many attempts.
local function reading_of(attempts, started, worker)
  return string.format('%d %s %d %s', attempts, started, now, worker)
end

-- Returns for how many ms workers have read the pages that ended. Pages may have been read side by side.
local function reading_ms(pages)
  local ms = 0
  for page = 1, pages do
    local reading = redis.call('HGET', pages_key, page .. ':reading')
    local from, to = string.match(reading or '', '^%d+ (%d+) (%d+) ')
    if from then ms = ms + to - from end
  end
  return ms
end

-- Returns how often reading the page failed.
local function failures_of(page) return tonumber(redis.call('HGET', pages_key, page .. ':failures') or 0) end

-- Ends a page that `worker` has read since `started` (ms), at the last of so many attempts. The last page to
-- end also ends the order. The reason is the page's if the page failed. If all pages are empty, it is the
-- order's.
local function end_page(id, attempt, page, attempts, outcome, worker, started, code, message)
  local state = outcome == 'failed' and 'failed ' .. code .. ' ' .. message or outcome
  redis.call('HSET', pages_key, page, state,
    page .. ':reading', reading_of(attempts, started, worker))
  redis.call('HDEL', pages_key, page .. ':claim', page .. ':failures')
  if outcome == 'failed' then redis.call('HINCRBY', record_key, 'failed_pages', 1) end
  local ended = redis.call('HINCRBY', record_key, 'page', 1)
  local pages = tonumber(record('pages')[1])
  if ended < pages then
    redis.call('HSET', record_key, 'page_ms', now)
    redis.call('PUBLISH', events_key, '')
    changed(unpack(record('order_id', 'user_id')))
    return 'written'
  end
  local first_failed
  for n = 1, pages do
    local became = redis.call('HGET', pages_key, n)
    if became == 'read' then
      complete(id, attempt, pages, reading_ms(pages))
      return 'last'
    end
    first_failed = first_failed or (became ~= 'empty' and became)
  end
  if first_failed then code, message = string.match(first_failed, '^failed (%S+) (.*)$') end
  fail(code, message, 'attempt', attempt, 'outcome', 'failed', 'page', pages, 'pages', pages)
  return first_failed and 'last' or 'empty'
end

-- Lets the page wait for another worker. `place` may be 'last'.
local function put_page(name, page, place, delay)
  redis.call('HDEL', pages_key, page .. ':claim')
  name = name .. '.' .. page
  local ended, pages = unpack(record('page', 'pages'))
  put(place == 'last' and item_at(last_key(), name) or item_of(name, pages - ended), delay)
end
