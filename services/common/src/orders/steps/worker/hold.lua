#!lua flags=allow-oom
-- Returns whether the caller still has its work, and renews the lease. ARGV: attempt, page (empty for the
-- order itself), name of the lease, worker, duration of the lease in ms.
local attempt, page, name, worker, lease_ms = unpack(ARGV)
arrive(worker, tonumber(lease_ms))
if not redis.call('ZSCORE', leases_key, name) or not is_mine(attempt) then return 'lost' end
if page ~= '' and redis.call('HEXISTS', pages_key, page) == 1 then return 'lost' end
lease(name, lease_ms)
return 'held'
