-- The hash of the pages of a document of several holds `read`, `empty` or `failed <code> <message>` for each
-- page that ended. For the others, `<page>:claim` is the token of the worker that reads it, and
-- `<page>:failures` the number of failures.

local function page_lease(name, page, token) return name .. '.' .. page .. '.' .. token end

-- Ends a page. The last page to end also ends the order. The reason is the page's if the page failed. If all
-- pages are empty, it is the order's.
local function end_page(id, attempt, page, outcome, worker, code, message, retention)
  local state = outcome == 'failed' and 'failed ' .. code .. ' ' .. message or outcome
  redis.call('HSET', pages_key, page, state)
  redis.call('HDEL', pages_key, page .. ':claim', page .. ':failures')
  local ended = redis.call('HINCRBY', record_key, 'page', 1)
  local pages = tonumber(record('pages')[1])
  tell('page', ended, 'pages', pages, 'worker', worker)
  if ended < pages then return 'written' end
  local first_failed
  for n = 1, pages do
    local became = redis.call('HGET', pages_key, n)
    if became == 'read' then
      complete(id, attempt, pages, retention)
      return 'last'
    end
    first_failed = first_failed or (became ~= 'empty' and became)
  end
  if first_failed then code, message = string.match(first_failed, '^failed (%S+) (.*)$') end
  fail(code, message, retention, 'attempt', attempt, 'outcome', 'failed')
  return 'last'
end

-- Lets the page wait for another worker. `place` may be 'last'.
local function put_page(name, page, place, delay)
  redis.call('HDEL', pages_key, page .. ':claim')
  name = name .. '.' .. page
  local ended, pages = unpack(record('page', 'pages'))
  put(place == 'last' and item_at(last_key(), name) or item_of(name, pages - ended), delay)
end
