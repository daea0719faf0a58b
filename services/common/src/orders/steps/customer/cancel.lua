#!lua flags=allow-oom
-- ARGV: retention in s.
local status, attempt = unpack(record('status', 'attempt'))
if not status then return 'gone' end
if has_ended(status) then return 'ended' end
finish('cancelled', ARGV[1])
if status == 'queued' then tell('status', 'cancelled')
else tell('status', 'cancelled', 'attempt', attempt, 'outcome', 'cancelled') end
return 'cancelled'
