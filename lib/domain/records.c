#include "domain/records.h"

#include "domain/app_password.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "domain/client_keys.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/device_code.h"
#include "domain/document.h"
#include "domain/factor.h"
#include "domain/family.h"
#include "domain/host.h"
#include "domain/link.h"
#include "domain/logout_queue.h"
#include "domain/passkey.h"
#include "domain/pushed.h"
#include "domain/registration_token.h"
#include "domain/session.h"
#include "domain/session_client.h"
#include "domain/signkey.h"
#include "domain/site.h"
#include "domain/throttle.h"
#include "domain/tries.h"
#include "domain/user.h"

const struct record_kind record_kinds[] = {
    {"user", &user_record},
    {"client", &client_record},
    {"key", &signkey_record},
    {"code", &code_record},
    {"family", &family_record},
    {"session", &session_record},
    {"consent", &consent_record},
    {"throttle bucket", &throttle_record},
    {"line of audit", &audit_record},
    {"site", &site_record},
    {"app password", &app_password_record},
    {"link", &link_record},
    {"second factor", &factor_record},
    {"passkey", &passkey_record},
    {"count of tries", &tries_record},
    {"device code", &device_code_record},
    {"app of a session", &session_client_record},
    {"logout to be told", &logout_record},
    {"set of client's keys", &client_keys_record},
    {"pushed request", &pushed_record},
    {"registration token", &registration_token_record},
    {"document of a client", &document_record},
    {"host of documents", &document_host_record},
    {"host", &host_record},
    {NULL, NULL},
};
