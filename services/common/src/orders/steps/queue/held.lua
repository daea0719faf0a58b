#!lua flags=allow-oom
-- KEYS: records of orders. Returns for each of them, in this order, 1 if it exists and 0 if not.
local held = {}
for place, key in ipairs(KEYS) do held[place] = redis.call('EXISTS', key) end
return held
