#!lua flags=no-writes
-- ARGV: the id of the event after which to begin. Returns the order's status, its progress (pages that ended,
-- all pages, time of the last end in ms; empty strings for none), and its steps.
local values = record('status', 'page', 'pages', 'page_ms')
local progress = {}
for index = 1, 4 do progress[index] = values[index] or '' end
return {progress, redis.call('XRANGE', events_key, '(' .. ARGV[1], '+')}
