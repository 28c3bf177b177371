-- For apps behind lighttpd's mod_proxy: who has signed in at the gate, in the
-- headers that have become usual for it. What a client has sent under these
-- names is gone, also as Remote_User or Remote.User, which many apps cannot tell
-- from it.
local env, header = lighty.r.req_env, lighty.r.req_header
local ours = {
	["Remote-User"] = "REMOTE_USER",
	["Remote-Groups"] = "REMOTE_GROUPS",
	["Remote-Name"] = "REMOTE_NAME",
	["Remote-Email"] = "REMOTE_EMAIL",
}
local forged = {}

for name in pairs(header) do
	if name:lower():find("^remote%W") then
		forged[#forged + 1] = name
	end
end
for _, name in ipairs(forged) do
	header[name] = nil
end
for name, variable in pairs(ours) do
	header[name] = env[variable] or ""
end
return 0
