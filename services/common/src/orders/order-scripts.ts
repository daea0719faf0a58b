import { RedisScript } from "../redis/redis-script.ts";

/**
 * The steps of an order's life. Each is one atomic script in Redis. In every script that concerns an order,
 * KEYS begin with its record and events. Times come from Redis's clock, so that a script that runs after a
 * stall knows that it is late.
 *
 * `allow-oom`: scripts that free memory, or that advance an accepted order, also run when Redis is full. Only
 * accepting and retrying are refused.
 */
const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function record(...) return redis.call('HMGET', KEYS[1], ...) end

local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end

local function tell(...)
  local id = redis.call('XADD', KEYS[2], '*', ...)
  redis.call('PUBLISH', KEYS[2], id)
end

-- The outcomes of the pages of an attempt whose order is spread over the workers.
local function pages_key(attempt) return KEYS[1] .. ':pages:' .. attempt end

local function finish(status, retention)
  redis.call('HSET', KEYS[1], 'status', status, 'finished_ms', now)
  redis.call('HDEL', KEYS[1], 'page', 'pages', 'spread')
  redis.call('EXPIRE', KEYS[1], retention)
  redis.call('EXPIRE', KEYS[2], retention)
  redis.call('EXPIRE', pages_key(record('attempt')[1]), retention)
end

-- The arguments after the retention say how an attempt ended that failed with its order.
local function fail(code, message, retention, ...)
  redis.call('HSET', KEYS[1], 'reason_code', code, 'reason_message', message)
  finish('failed', retention)
  tell('status', 'failed', 'reason_code', code, 'reason_message', message, ...)
end

local function complete(id, attempt, pages, retention, duration_key, unindexed_key)
  redis.call('HSET', KEYS[1], 'result_attempt', attempt, 'result_pages', pages)
  local took = now - tonumber(record('attempt_ms')[1])
  local mean = tonumber(redis.call('HGET', duration_key, 'mean_ms') or took)
  redis.call('HSET', duration_key, 'mean_ms', math.floor(mean * 0.9 + took * 0.1))
  redis.call('ZADD', unindexed_key, now, id)
  finish('completed', retention)
  tell('status', 'completed', 'attempt', attempt, 'outcome', 'completed')
end

-- KEYS: record, events, waiting, outbox. The order has a job, which the caller delays. If that fails, the
-- outbox creates another one; otherwise the outbox entry changes nothing.
local function requeue(id, attempt, outcome, code, message)
  local turn, run = unpack(record('turn', 'run'))
  redis.call('HSET', KEYS[1], 'status', 'queued')
  redis.call('HDEL', KEYS[1], 'page', 'pages')
  redis.call('ZADD', KEYS[3], turn, id)
  redis.call('ZADD', KEYS[4], now, id .. '.' .. run)
  if code == '' then
    tell('status', 'queued', 'attempt', attempt, 'outcome', outcome)
  else
    tell('status', 'queued', 'attempt', attempt, 'outcome', outcome,
      'reason_code', code, 'reason_message', message)
  end
end

-- Only the attempt that has the order may write. An attempt that lost the order, or whose order was
-- cancelled, finds another attempt number here.
local function is_mine(attempt)
  local status, current = unpack(record('status', 'attempt'))
  return (status == 'fetching' or status == 'recognizing') and current == attempt
end

-- It may write only until its pages are spread. From then on the pages end the order.
local function is_in_one_hand(attempt) return is_mine(attempt) and not record('spread')[1] end
`;

/**
 * KEYS of the scripts that use this: record, events, the attempt's pages, duration, unindexed. The hash of
 * the pages holds `read`, `empty` or `failed <code> <message>` for each page that ended. For the others,
 * `<page>:claim` is the claim of the reading worker, and `<page>:failures` the number of failures.
 *
 * The last page to end also ends the order. The reason is the page's if the page failed. If all pages are
 * empty, it is the order's.
 */
const endPage = `
local function end_page(id, attempt, page, outcome, worker, code, message, retention)
  local state = outcome == 'failed' and 'failed ' .. code .. ' ' .. message or outcome
  redis.call('HSET', KEYS[3], page, state)
  redis.call('HDEL', KEYS[3], page .. ':claim', page .. ':failures')
  local ended = redis.call('HINCRBY', KEYS[1], 'page', 1)
  local pages = tonumber(record('pages')[1])
  tell('page', ended, 'pages', pages, 'worker', worker)
  if ended < pages then return 'written' end
  local first_failed
  for n = 1, pages do
    local became = redis.call('HGET', KEYS[3], n)
    if became == 'read' then
      complete(id, attempt, pages, retention, KEYS[4], KEYS[5])
      return 'last'
    end
    first_failed = first_failed or (became ~= 'empty' and became)
  end
  if first_failed then code, message = string.match(first_failed, '^failed (%S+) (.*)$') end
  fail(code, message, retention, 'attempt', attempt, 'outcome', 'failed')
  return 'last'
end
`;

const ordinary = (body: string) => new RedisScript(`#!lua\n${prelude}${body}`);
const evenWhenFull = (body: string) => new RedisScript(`#!lua flags=allow-oom\n${prelude}${body}`);

/**
 * KEYS: record, events, user's orders, waiting, outbox, sequence, and the idempotency key where there is one.
 * ARGV: deadline in ms, order's id, retention in s, fingerprint of the request, the record's fields and
 * values.
 */
export const acceptScript = ordinary(`
if now > tonumber(ARGV[1]) then return {'late', ''} end
local id = ARGV[2]
if KEYS[7] then
  local known, fingerprint = unpack(redis.call('HMGET', KEYS[7], 'order_id', 'fingerprint'))
  if known and redis.call('EXISTS', 'order:' .. known) == 1 then
    return {fingerprint == ARGV[4] and 'known' or 'mismatch', known}
  end
  redis.call('HSET', KEYS[7], 'order_id', id, 'fingerprint', ARGV[4])
  redis.call('EXPIRE', KEYS[7], ARGV[3])
end
local turn = redis.call('INCR', KEYS[6])
redis.call('HSET', KEYS[1], 'status', 'queued', 'run', 1, 'attempt', 0, 'failures', 0,
  'turn', turn, 'created_ms', now, unpack(ARGV, 5))
redis.call('ZADD', KEYS[3], turn, id)
redis.call('ZADD', KEYS[4], turn, id)
redis.call('ZADD', KEYS[5], now, id .. '.1')
tell('status', 'queued')
-- Records expire by themselves. Entries in the list of a user's orders do not.
for _, oldest in ipairs(redis.call('ZRANGE', KEYS[3], 0, 1)) do
  if redis.call('EXISTS', 'order:' .. oldest) == 0 then redis.call('ZREM', KEYS[3], oldest) end
end
return {'accepted', id}
`);

/** KEYS: record, events, user's orders, waiting, outbox, unindexed. ARGV: order's id. */
export const revokeScript = evenWhenFull(`
local run, attempt = unpack(record('run', 'attempt'))
if attempt then redis.call('DEL', pages_key(attempt)) end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[6], ARGV[1])
if run then redis.call('ZREM', KEYS[5], ARGV[1] .. '.' .. run) end
redis.call('PUBLISH', KEYS[2], '')
return run or '0'
`);

/** KEYS: record, events, waiting, outbox. ARGV: order's id, retention in s. */
export const cancelScript = evenWhenFull(`
local status, run, attempt = unpack(record('status', 'run', 'attempt'))
if not status then return {'gone', '0'} end
if has_ended(status) then return {'ended', '0'} end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1] .. '.' .. run)
finish('cancelled', ARGV[2])
if status == 'queued' then tell('status', 'cancelled')
else tell('status', 'cancelled', 'attempt', attempt, 'outcome', 'cancelled') end
return {'cancelled', run}
`);

/** KEYS: record, events, waiting, outbox, sequence. ARGV: order's id, the most runs. */
export const retryScript = ordinary(`
local status, run, attempt = unpack(record('status', 'run', 'attempt'))
if not status then return {'gone', '0'} end
if status ~= 'failed' then return {'not_failed', '0'} end
if tonumber(run) >= tonumber(ARGV[2]) then return {'too_many', '0'} end
local turn = redis.call('INCR', KEYS[5])
run = redis.call('HINCRBY', KEYS[1], 'run', 1)
redis.call('HSET', KEYS[1], 'status', 'queued', 'failures', 0, 'turn', turn)
redis.call('HDEL', KEYS[1], 'finished_ms', 'reason_code', 'reason_message')
redis.call('PERSIST', KEYS[1])
redis.call('PERSIST', KEYS[2])
redis.call('DEL', pages_key(attempt))
redis.call('ZADD', KEYS[3], turn, ARGV[1])
redis.call('ZADD', KEYS[4], now, ARGV[1] .. '.' .. run)
tell('status', 'queued')
return {'queued', tostring(run)}
`);

/**
 * KEYS: record, events, waiting, outbox. ARGV: order's id, run, worker, the most failures, reason (code,
 * message) of an attempt that never ended, retention in s, how long in ms a suspicion must stand.
 *
 * If an attempt has the order, the script first records the suspicion that its worker is lost. The attempt is
 * told, and withdraws the suspicion if its worker is present. An old suspicion does not count: Redis may have
 * been away since, so that the worker could not answer. A spread order has no worker to lose: any worker that
 * claims it makes sure that its pages have jobs.
 */
export const claimScript = evenWhenFull(`
local status, run, attempt, suspected, since =
  unpack(record('status', 'run', 'attempt', 'suspected_attempt', 'suspected_ms'))
if not status or run ~= ARGV[2] then return {'gone'} end
if has_ended(status) then return {'ended'} end
local spread, pages = unpack(record('spread', 'pages'))
if spread then
  local pending = {}
  for page = 1, tonumber(pages) do
    if redis.call('HEXISTS', pages_key(attempt), page) == 0 then table.insert(pending, page) end
  end
  return {'spread', redis.call('HGETALL', KEYS[1]), pending}
end
if status ~= 'queued' then
  local enough = tonumber(ARGV[8])
  local stands = suspected == attempt and now - since or math.huge
  if stands < enough or stands > 2 * enough then
    if stands > enough then
      redis.call('HSET', KEYS[1], 'suspected_attempt', attempt, 'suspected_ms', now)
    end
    redis.call('PUBLISH', KEYS[2], '')
    return {'suspected'}
  end
  local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
  if failures >= tonumber(ARGV[4]) then
    fail(ARGV[5], ARGV[6], ARGV[7], 'attempt', attempt, 'outcome', 'lost')
    return {'exhausted'}
  end
  requeue(ARGV[1], attempt, 'lost', ARGV[5], ARGV[6])
  return {'lost', tostring(failures)}
end
attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('HSET', KEYS[1], 'status', 'fetching', 'attempt_ms', now)
redis.call('HSETNX', KEYS[1], 'started_ms', now)
redis.call('ZREM', KEYS[3], ARGV[1])
tell('status', 'fetching', 'attempt', attempt, 'worker', ARGV[3])
return {'claimed', redis.call('HGETALL', KEYS[1])}
`);

/** KEYS: record, events. ARGV: attempt. */
export const holdScript = evenWhenFull(`
if not is_mine(ARGV[1]) then return 'lost' end
redis.call('HDEL', KEYS[1], 'suspected_attempt', 'suspected_ms')
return 'held'
`);

/**
 * KEYS: record, events. ARGV: attempt, pages. An order of several pages is spread: from here on the last of
 * its pages ends it, and no worker has it.
 */
export const recognizingScript = evenWhenFull(`
if not is_mine(ARGV[1]) then return 'lost' end
-- A repeated call, whose first answer was lost.
if record('status')[1] == 'recognizing' then return 'written' end
redis.call('HSET', KEYS[1], 'status', 'recognizing', 'page', 0, 'pages', ARGV[2])
if tonumber(ARGV[2]) > 1 then redis.call('HSET', KEYS[1], 'spread', 1) end
tell('status', 'recognizing', 'attempt', ARGV[1], 'page', 0, 'pages', ARGV[2])
return 'written'
`);

/** KEYS: record, events, duration, unindexed. ARGV: order's id, attempt, retention in s. */
export const completeScript = evenWhenFull(`
if not is_in_one_hand(ARGV[2]) then return 'lost' end
tell('page', 1, 'pages', 1)
complete(ARGV[1], ARGV[2], 1, ARGV[3], KEYS[3], KEYS[4])
return 'written'
`);

/**
 * KEYS: record, events, the attempt's pages, duration, unindexed. ARGV: order's id, attempt, page, claim,
 * worker, the most failures, reason (code, message) of a page whose worker never came back, retention in s.
 */
export const claimPageScript = evenWhenFull(`
${endPage}
local id, attempt, page, claim, worker = unpack(ARGV)
if not is_mine(attempt) then return {'gone'} end
local ended, claimed, failures =
  unpack(redis.call('HMGET', KEYS[3], page, page .. ':claim', page .. ':failures'))
if ended then return {'ended'} end
if claimed then
  failures = redis.call('HINCRBY', KEYS[3], page .. ':failures', 1)
  if failures >= tonumber(ARGV[6]) then
    end_page(id, attempt, page, 'failed', worker, ARGV[7], ARGV[8], ARGV[9])
    return {'exhausted'}
  end
end
redis.call('HSET', KEYS[3], page .. ':claim', claim)
return {'claimed', tostring(failures or 0), record('request_id')[1]}
`);

/**
 * KEYS: record, events, the attempt's pages, duration, unindexed. ARGV: order's id, attempt, page, outcome,
 * worker, reason (code, message), retention in s. A worker that was considered lost may end the page too: it
 * reads the same as its successor.
 */
export const endPageScript = evenWhenFull(`
${endPage}
if not is_mine(ARGV[2]) or redis.call('HEXISTS', KEYS[3], ARGV[3]) == 1 then return 'lost' end
return end_page(unpack(ARGV))
`);

/**
 * KEYS: record, events, the attempt's pages, duration, unindexed. ARGV: order's id, attempt, page, claim,
 * worker, outcome ('failed' counts, 'handed_back' does not), the most failures, reason (code, message),
 * retention in s.
 */
export const releasePageScript = evenWhenFull(`
${endPage}
local id, attempt, page, claim, worker, outcome = unpack(ARGV)
if not is_mine(attempt) or redis.call('HGET', KEYS[3], page .. ':claim') ~= claim then
  return {'lost', '0'}
end
local failures = redis.call('HGET', KEYS[3], page .. ':failures') or '0'
if outcome == 'failed' then
  failures = redis.call('HINCRBY', KEYS[3], page .. ':failures', 1)
  if failures >= tonumber(ARGV[7]) then
    end_page(id, attempt, page, 'failed', worker, ARGV[8], ARGV[9], ARGV[10])
    return {'exhausted', tostring(failures)}
  end
end
redis.call('HDEL', KEYS[3], page .. ':claim')
return {'queued', tostring(failures)}
`);

/** KEYS: record, events. ARGV: attempt, reason's code, reason's message, retention in s. */
export const failScript = evenWhenFull(`
if not is_in_one_hand(ARGV[1]) then return 'lost' end
fail(ARGV[2], ARGV[3], ARGV[4], 'attempt', ARGV[1], 'outcome', 'failed')
return 'written'
`);

/** KEYS: record, events, waiting. ARGV: order's id, run, reason's code, reason's message, retention in s. */
export const giveUpScript = evenWhenFull(`
local status, run, attempt = unpack(record('status', 'run', 'attempt'))
if not status or run ~= ARGV[2] or has_ended(status) then return 'lost' end
if status == 'queued' then
  -- The last attempt, if there was one, ended before and keeps its own outcome.
  redis.call('ZREM', KEYS[3], ARGV[1])
  fail(ARGV[3], ARGV[4], ARGV[5])
else
  fail(ARGV[3], ARGV[4], ARGV[5], 'attempt', attempt, 'outcome', 'failed')
end
return 'written'
`);

/**
 * KEYS: record, events, waiting, outbox, sequence. ARGV: order's id, attempt, outcome ('failed' counts,
 * 'handed_back' does not), the most failures, reason (code, message; empty for none), retention in s, '1' for
 * a new turn at the end of the queue.
 */
export const releaseScript = evenWhenFull(`
if not is_in_one_hand(ARGV[2]) then return {'lost', '0'} end
local failures = record('failures')[1]
if ARGV[3] == 'failed' then
  failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
  if failures >= tonumber(ARGV[4]) then
    fail(ARGV[5], ARGV[6], ARGV[7], 'attempt', ARGV[2], 'outcome', 'failed')
    return {'exhausted', tostring(failures)}
  end
end
if ARGV[8] == '1' then redis.call('HSET', KEYS[1], 'turn', redis.call('INCR', KEYS[5])) end
requeue(ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6])
return {'queued', tostring(failures)}
`);

/** KEYS: workers. ARGV: worker, how long in ms an absent worker stays in the set. */
export const presentScript = evenWhenFull(`
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
`);

/**
 * KEYS: the records of orders. Returns for each its status, its last attempt and the attempt whose result
 * counts. Missing fields are empty strings.
 */
export const endsScript = new RedisScript(`#!lua flags=no-writes
local ends = {}
for index, key in ipairs(KEYS) do
  local fields = redis.call('HMGET', key, 'status', 'attempt', 'result_attempt')
  ends[index] = {fields[1] or '', fields[2] or '', fields[3] or ''}
end
return ends
`);

/** KEYS: sweeper. ARGV: worker, duration of the lease in ms. Returns 1 if the worker may sweep. */
export const sweepScript = evenWhenFull(`
local sweeper = redis.call('GET', KEYS[1])
if sweeper and sweeper ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/**
 * KEYS: record, events, waiting. ARGV: order's id, the most pages to name. Returns only the events that are
 * steps, and only the pages that failed or are empty, because a large document has thousands of others. This
 * is a script because a full Redis refuses transactions, even those that only read.
 */
export const overviewScript = new RedisScript(`#!lua flags=no-writes
local steps = {}
for _, event in ipairs(redis.call('XRANGE', KEYS[2], '-', '+')) do
  if event[2][1] == 'status' then table.insert(steps, event) end
end
local failed, empty, states = {}, {}, {}
local attempt = redis.call('HGET', KEYS[1], 'attempt') or 0
local pages = redis.call('HGETALL', KEYS[1] .. ':pages:' .. attempt)
for i = 1, #pages, 2 do
  local page = tonumber(pages[i])
  local list = page and (pages[i + 1] == 'empty' and empty or pages[i + 1] ~= 'read' and failed)
  if list then
    table.insert(list, page)
    states[page] = pages[i + 1]
  end
end
local named = {}
for _, list in ipairs({failed, empty}) do
  table.sort(list)
  for i = 1, math.min(#list, tonumber(ARGV[2])) do
    table.insert(named, tostring(list[i]))
    table.insert(named, states[list[i]])
  end
end
return {
  redis.call('HGETALL', KEYS[1]),
  steps,
  named,
  #failed,
  #empty,
  redis.call('ZRANK', KEYS[3], ARGV[1])
}
`);
