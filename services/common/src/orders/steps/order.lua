-- What the steps of an order's life share. Each step is one atomic script. Times come from Redis's clock, so
-- that a script that runs after a stall knows that it is late.

local waiting_key, delayed_key, users_key, leases_key, workers_key, marker_key, duration_key, unindexed_key,
  unarchived_key, sequence_key, record_key, events_key, pages_key, changes_key = unpack(KEYS)

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function record(...) return redis.call('HMGET', record_key, ...) end

local function has_ended(status)
  return status == 'completed' or status == 'failed' or status == 'cancelled'
end

-- Lets those who follow the user's orders know that this one looks different now.
local function changed(id, user, ...)
  redis.call('XADD', changes_key, 'MAXLEN', '~', 10000, '*', 'order', id, 'user', user, ...)
end

-- Records a step of the order's life.
local function tell(...)
  local id = redis.call('XADD', events_key, '*', ...)
  redis.call('PUBLISH', events_key, id)
  changed(unpack(record('order_id', 'user_id')))
end

-- The name of an attempt in the queue. The lease of an attempt has the same name.
local function attempt_name(id, run, attempt) return id .. '.' .. run .. '.' .. attempt end

-- Only the attempt that has the order may write. An attempt that lost the order, or whose order was
-- cancelled, finds another status or attempt number here.
local function is_mine(attempt)
  local status, current = unpack(record('status', 'attempt'))
  return (status == 'fetching' or status == 'recognizing') and current == attempt
end

-- It may write only until its pages are in the queue. From then on the pages end the order.
local function is_in_one_hand(attempt) return is_mine(attempt) and not record('handed_out')[1] end

-- The record, events and pages stay here until they are archived, which is due after `delay` ms.
local function finish(status, delay)
  local place, id, run, attempt = unpack(record('place', 'order_id', 'run', 'attempt'))
  redis.call('HSET', record_key, 'status', status, 'finished_ms', now)
  redis.call('HDEL', record_key, 'page', 'page_ms', 'pages', 'handed_out', 'place', 'queued_ms', 'claim',
    'worker')
  if place then
    redis.call('ZREM', waiting_key, place)
    redis.call('ZREM', delayed_key, place)
  end
  redis.call('ZREM', leases_key, attempt_name(id, run, attempt))
  redis.call('ZADD', unarchived_key, now + delay, id)
end

-- The arguments after the reason say how an attempt ended that failed with its order.
local function fail(code, message, ...)
  redis.call('HSET', record_key, 'reason_code', code, 'reason_message', message)
  finish('failed', 0)
  tell('status', 'failed', 'reason_code', code, 'reason_message', message, ...)
end

-- Completes an order whose pages were read for `took` ms in all.
local function complete(id, attempt, pages, took)
  redis.call('HSET', record_key, 'result_attempt', attempt, 'result_pages', pages)
  local mean = tonumber(redis.call('HGET', duration_key, 'mean_ms') or took)
  redis.call('HSET', duration_key, 'mean_ms', math.floor(mean * 0.9 + took * 0.1))
  redis.call('ZADD', unindexed_key, now, id)
  finish('completed', 0)
  tell('status', 'completed', 'attempt', attempt, 'outcome', 'completed', 'page', pages, 'pages', pages)
end
