#!lua flags=no-writes
-- What the stack does now, and what it did in the last minutes. KEYS: waiting items, delayed items, users,
-- leases, workers, reports of the workers, figures of minutes. ARGV: the most users to look at, the most
-- leases to return, how much waiting (ms) a page left counts as in an item's key.
local waiting_key, delayed_key, users_key, leases_key, workers_key, reports_key = unpack(KEYS)
local most_users, most_leases, page_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Returns since when (ms) the user's oldest order waits that no worker has begun, among so many items. A
-- user's orders wait in the sequence in which they were queued.
local function oldest_of(user, most)
  local from, to = '[' .. user .. ':', '(' .. user .. ';'
  local items = redis.call('ZRANGE', waiting_key, from, to, 'BYLEX', 'LIMIT', 0, most)
  for _, item in ipairs(items) do
    local key = string.match(item, '^%d+:(%d+):%d+:[^.]+%.%d+$')
    if key then return key - page_ms end
  end
  return #items == most and most == 1 and oldest_of(user, 10)
end

local oldest = false
for _, user in ipairs(redis.call('ZRANGE', users_key, 0, most_users - 1)) do
  local since = oldest_of(user, 1)
  if since then oldest = math.min(oldest or now, since) end
end

local minutes = {}
for i = 7, #KEYS do table.insert(minutes, redis.call('HGETALL', KEYS[i])) end

return {
  {now, redis.call('ZCARD', waiting_key), redis.call('ZCARD', delayed_key), redis.call('ZCARD', leases_key)},
  oldest, redis.call('ZRANGE', workers_key, 0, -1, 'WITHSCORES'),
  redis.call('ZRANGE', leases_key, 0, most_leases - 1), redis.call('HGETALL', reports_key), minutes,
}
