#!lua flags=allow-oom
-- KEYS: sweeper. ARGV: worker, duration of the lease in ms. Returns 1 if the worker may sweep the results.
local sweeper = redis.call('GET', KEYS[1])
if sweeper and sweeper ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
