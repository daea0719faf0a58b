#!lua flags=allow-oom
-- Returns what a free worker should do: collect a lease that ran out, claim an item, or wait for some ms.
-- ARGV: worker, duration of a lease in ms, the longest wait in ms.
local worker, lease_ms, longest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
arrive(worker, lease_ms)
local expired = redis.call('ZRANGE', leases_key, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1)[1]
if expired then return {'lost', expired, now} end
for _, item in ipairs(redis.call('ZRANGE', delayed_key, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
  redis.call('ZREM', delayed_key, item)
  enter(item)
end
while true do
  local user = redis.call('ZRANGE', users_key, 0, 0)[1]
  if not user then break end
  local from, to = '[' .. user .. ':', '(' .. user .. ';'
  local item = redis.call('ZRANGE', waiting_key, from, to, 'BYLEX', 'LIMIT', 0, 1)[1]
  if item then
    if redis.call('ZCARD', waiting_key) > 1 then wake() end
    return {'item', item, now}
  end
  redis.call('ZREM', users_key, user)
end
for _, key in ipairs({delayed_key, leases_key}) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] then longest = math.min(longest, first[2] - now) end
end
return {'wait', '', math.max(longest, 1)}
