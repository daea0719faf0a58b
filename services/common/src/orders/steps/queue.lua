-- The queue's order of service. `service-order.ts` has the same arithmetic, with its reasons.

local page_ms = 60000
local most_pages = 100

local function user_of(item) return string.match(item, '^(%d+):') end

local function named_item(user, key, turn, name)
  return string.format('%s:%013d:%012d:%s', user, key, turn, name)
end

local function item_at(key, name)
  local user, turn = unpack(record('user_id', 'turn'))
  return named_item(user, key, turn, name)
end

-- An item of the order in the queue. `name` is `<order>.<run>` for an order that waits for a worker, with
-- `.<attempt>` for the pages that no worker has taken yet, and with `.<attempt>.<page>` for one page that
-- comes again. The items of a user are served in their lexical order.
local function item_of(name, pages_left)
  return item_at(record('queued_ms')[1] + page_ms * math.min(pages_left, most_pages), name)
end

-- The key of an item that is served after all items of the user that wait now.
local function last_key()
  local user = record('user_id')[1]
  local last = redis.call('ZRANGE', waiting_key, '(' .. user .. ';', '[' .. user .. ':', 'BYLEX', 'REV',
    'LIMIT', 0, 1)[1]
  local key = last and string.match(last, '^%d+:(%d+):') + 1 or 0
  return math.max(key, now + page_ms)
end

-- Lets the next idle worker look at the queue.
local function wake() redis.call('ZADD', marker_key, 0, 'work') end

local function enter(item)
  local first = redis.call('ZRANGE', users_key, 0, 0, 'WITHSCORES')
  redis.call('ZADD', users_key, 'NX', first[2] or 0, user_of(item))
  redis.call('ZADD', waiting_key, 0, item)
end

-- `delay` is in ms.
local function put(item, delay)
  if delay > 0 then redis.call('ZADD', delayed_key, now + delay, item) else enter(item) end
  wake()
end

-- Lets the order wait for a worker that starts a new attempt.
local function put_order(delay)
  local id, run = unpack(record('order_id', 'run'))
  local item = item_of(id .. '.' .. run, 1)
  redis.call('HSET', record_key, 'status', 'queued', 'place', item)
  redis.call('HDEL', record_key, 'page', 'page_ms', 'pages', 'handed_out', 'claim', 'worker')
  put(item, delay)
end

-- Lets the order wait again after an attempt. `code` is empty if nothing failed.
local function put_back(attempt, outcome, code, message, delay)
  put_order(delay)
  if code == '' then
    tell('status', 'queued', 'attempt', attempt, 'outcome', outcome)
  else
    tell('status', 'queued', 'attempt', attempt, 'outcome', outcome,
      'reason_code', code, 'reason_message', message)
  end
end

-- Counts a page as served to its user. Users with fewer pages are served first.
local function serve(item) redis.call('ZINCRBY', users_key, 1, user_of(item)) end

-- Reports that a worker is present. If no worker reported for half a lease, Redis was away or all workers
-- were. Nobody may lose a lease by that, so all leases begin anew.
local function arrive(worker, lease_ms)
  -- Only a clock that was put back leaves times in the future.
  redis.call('ZREMRANGEBYSCORE', workers_key, now + 1000, '+inf')
  local last = redis.call('ZRANGE', workers_key, 0, 0, 'REV', 'WITHSCORES')
  if last[2] and now - last[2] > lease_ms / 2 then
    for _, lease in ipairs(redis.call('ZRANGE', leases_key, 0, -1)) do
      redis.call('ZADD', leases_key, 'GT', now + lease_ms, lease)
    end
  end
  local seen = redis.call('ZSCORE', workers_key, worker)
  if seen and now - seen < 1000 then return end
  redis.call('ZADD', workers_key, now, worker)
  redis.call('ZREMRANGEBYSCORE', workers_key, '-inf', now - lease_ms)
end

local function lease(name, lease_ms) redis.call('ZADD', leases_key, now + lease_ms, name) end

-- Ends a lease that ran out. Returns whether it did. `seen_ms` is when the caller learned this. If Redis was
-- away since, the caller must look again.
local function collect(name, seen_ms)
  local due = redis.call('ZSCORE', leases_key, name)
  if not due or tonumber(due) > now or now - seen_ms > 5000 then return false end
  redis.call('ZREM', leases_key, name)
  return true
end
