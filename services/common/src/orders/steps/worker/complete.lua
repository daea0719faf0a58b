#!lua flags=allow-oom
-- Completes an order of one page. ARGV: order's id, attempt, retention in s.
if not is_in_one_hand(ARGV[2]) then return 'lost' end
tell('page', 1, 'pages', 1)
complete(ARGV[1], ARGV[2], 1, ARGV[3])
return 'written'
