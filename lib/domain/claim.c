#include "domain/claim.h"

#include <stddef.h>

const struct claim claims_known[] = {
    {"name", "profile"},
    {"given_name", "profile"},
    {"family_name", "profile"},
    {"preferred_username", "profile"},
    {"locale", "profile"},
    {"zoneinfo", "profile"},
    {"updated_at", "profile"},
    {"email", "email"},
    {"email_verified", "email"},
    {"phone_number", "phone"},
    {"phone_number_verified", "phone"},
    {"address", "address"},
    {"groups", "groups"},
    {NULL, NULL},
};
