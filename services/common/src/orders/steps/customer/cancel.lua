#!lua flags=allow-oom
local status, attempt = unpack(record('status', 'attempt'))
if not status then return 'gone' end
if has_ended(status) then return 'ended' end
-- Its worker notices within a second. Until then it uses the files of the order.
finish('cancelled', status == 'queued' and 0 or 5000)
wake()
if status == 'queued' then tell('status', 'cancelled')
else tell('status', 'cancelled', 'attempt', attempt, 'outcome', 'cancelled') end
return 'cancelled'
