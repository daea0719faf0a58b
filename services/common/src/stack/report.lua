#!lua flags=allow-oom
-- A worker reports itself, and what it did since its last report. KEYS: reports of the workers, figures of a
-- minute. ARGV: worker, its report (empty if it leaves), after how many seconds reports are forgotten, how
-- many seconds the figures of a minute are kept, names of figures and what to add to them.
local reports_key, minute_key = unpack(KEYS)
local worker, report, forget_s, keep_s = unpack(ARGV)
local now = tonumber(redis.call('TIME')[1])
local known = redis.call('HGETALL', reports_key)
for i = 1, #known, 2 do
  local at = tonumber(string.match(known[i + 1], '^%d+'))
  if not at or now - at > tonumber(forget_s) then redis.call('HDEL', reports_key, known[i]) end
end
if report == '' then
  redis.call('HDEL', reports_key, worker)
else
  redis.call('HSET', reports_key, worker, now .. ' ' .. report)
  redis.call('EXPIRE', reports_key, forget_s)
end
if #ARGV == 4 then return end
for i = 5, #ARGV, 2 do redis.call('HINCRBY', minute_key, ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', minute_key, keep_s)
