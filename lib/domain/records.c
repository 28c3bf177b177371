#include "domain/records.h"

#include "domain/app_password.h"
#include "domain/approval.h"
#include "domain/code.h"
#include "domain/family.h"
#include "domain/session.h"

const struct record_kind record_kinds[] = {
    {"code", &code_record},
    {"family", &family_record},
    {"session", &session_record},
    {"approval", &approval_record},
    {"app password", &app_password_record},
    {NULL, NULL},
};
