#!lua flags=allow-oom
-- Returns what a free worker should do: collect a lease that ran out, archive ended orders, claim an item, or
-- wait for some ms. ARGV: worker, duration of a lease in ms, the longest wait in ms, 'archived' if the worker
-- comes from archiving: then waiting items go first, after how many ms an order is archived again if the
-- worker does not report that it did so, the most orders to archive at once.
local worker, lease_ms, longest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local last, again_ms, most = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

local function ended_orders()
  local ids = redis.call('ZRANGE', unarchived_key, '-inf', now, 'BYSCORE', 'LIMIT', 0, most)
  for _, id in ipairs(ids) do redis.call('ZADD', unarchived_key, now + again_ms, id) end
  return ids[1] and {'archive', table.concat(ids, ' '), now}
end

arrive(worker, lease_ms)
local expired = redis.call('ZRANGE', leases_key, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1)[1]
if expired then return {'lost', expired, now} end
for _, item in ipairs(redis.call('ZRANGE', delayed_key, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
  redis.call('ZREM', delayed_key, item)
  enter(item)
end
local ended = last ~= 'archived' and ended_orders()
if ended then return ended end
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
ended = ended_orders()
if ended then return ended end
for _, key in ipairs({delayed_key, leases_key, unarchived_key}) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] then longest = math.min(longest, first[2] - now) end
end
return {'wait', '', math.max(longest, 1)}
