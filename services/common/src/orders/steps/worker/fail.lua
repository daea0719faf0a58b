#!lua flags=allow-oom
-- ARGV: attempt, reason's code, reason's message.
if not is_in_one_hand(ARGV[1]) then return 'lost' end
fail(ARGV[2], ARGV[3], 'attempt', ARGV[1], 'outcome', 'failed')
return 'written'
