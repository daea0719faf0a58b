#!lua flags=no-writes
-- KEYS after those of the queue: the records of orders of one user. ARGV: the user, how long a worker counts
-- as present after it was seen (ms). Returns the mean time for which workers read an order (ms; or false) and
-- the number of workers. Then for each order its record, how many items are served before it, and when its
-- delay ends (ms); false for an order that does not wait or has no delay.
local user, present_ms = ARGV[1], tonumber(ARGV[2])
local count_ahead = counter_ahead(user)
local reply = {
  redis.call('HGET', duration_key, 'mean_ms'),
  redis.call('ZCOUNT', workers_key, now - present_ms, '+inf'),
}
for index = 11, #KEYS do
  local status, place, handed_out = unpack(redis.call('HMGET', KEYS[index], 'status', 'place', 'handed_out'))
  local ahead, due = wait_of(status, place, handed_out, count_ahead)
  table.insert(reply, {redis.call('HGETALL', KEYS[index]), ahead, due})
end
return reply
