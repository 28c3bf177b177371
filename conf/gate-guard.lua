-- Holds back what would leave a site of the gate's without having been asked
-- about, because something else in lighttpd's configuration has taken the gate's
-- place. (The gate's own answers, to sign in and so on, are no successes.)
local r = lighty.r
local status = r.req_item["http_status"]

if r.req_env["LATCHKEY_PASSED"] ~= "yes" and (status < 300 or status == 304) then
	r.resp_body.set("")
	return 403
end
return 0
