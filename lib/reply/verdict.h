/*
 * verdict: the axes of a verdict on a reply, and what goes with each class unless a rule says
 * otherwise.
 */
#ifndef MC_REPLY_VERDICT_H
#define MC_REPLY_VERDICT_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
/* class, word, fault, persistence, action, seconds to the next attempt where it is temporary */
#define MC_CLASSES(X) \
	X(UNKNOWN, "unknown", UNKNOWN, UNKNOWN, READ, 1800) \
	X(MAILBOX_UNKNOWN, "mailbox-unknown", RECIPIENT, PERMANENT, CORRECT_ADDRESS, 3600) \
	X(MAILBOX_FULL, "mailbox-full", RECIPIENT, TEMPORARY, RETRY_LATER, 14400) \
	X(MAILBOX_DISABLED, "mailbox-disabled", RECIPIENT, PERMANENT, REMOVE_ADDRESS, 3600) \
	X(MAILBOX_MOVED, "mailbox-moved", RECIPIENT, PERMANENT, CORRECT_ADDRESS, 3600) \
	X(ADDRESS_SYNTAX, "address-syntax", SENDER, PERMANENT, CORRECT_ADDRESS, 3600) \
	X(DOMAIN_UNKNOWN, "domain-unknown", RECIPIENT, PERMANENT, CORRECT_ADDRESS, 3600) \
	X(DNS_FAILURE, "dns-failure", RECIPIENT, TEMPORARY, RETRY, 1800) \
	X(NOT_ACCEPTING, "not-accepting", RECIPIENT, PERMANENT, REMOVE_ADDRESS, 3600) \
	X(ROUTING, "routing", RECEIVER, PERMANENT, TELL_RECEIVER, 3600) \
	X(CONNECTION, "connection", NETWORK, TEMPORARY, RETRY, 1800) \
	X(EXPIRED, "expired", UNKNOWN, PERMANENT, FIND_CAUSE, 3600) \
	X(GREYLISTED, "greylisted", RECEIVER, TEMPORARY, RETRY, 900) \
	X(RATE_LIMITED, "rate-limited", SENDER, TEMPORARY, SLOW_DOWN, 3600) \
	X(IP_BLOCKLISTED, "ip-blocklisted", SENDER, PERMANENT, REQUEST_DELISTING, 3600) \
	X(DOMAIN_BLOCKLISTED, "domain-blocklisted", SENDER, PERMANENT, REQUEST_DELISTING, 3600) \
	X(REPUTATION, "reputation", SENDER, PERMANENT, MEND_REPUTATION, 3600) \
	X(POLICY, "policy", RECEIVER, PERMANENT, ASK_RECEIVER, 3600) \
	X(DNSBL_MISCONFIGURED, "dnsbl-misconfigured", RECEIVER, PERMANENT, TELL_RECEIVER, 3600) \
	X(SPAM_CONTENT, "spam-content", SENDER, PERMANENT, CHANGE_CONTENT, 3600) \
	X(VIRUS, "virus", SENDER, PERMANENT, CHANGE_CONTENT, 3600) \
	X(CONTENT_REJECTED, "content-rejected", SENDER, PERMANENT, CHANGE_CONTENT, 3600) \
	X(TOO_LARGE, "too-large", SENDER, PERMANENT, REDUCE_SIZE, 3600) \
	X(SENDER_AUTH, "sender-auth", SENDER, PERMANENT, FIX_AUTHENTICATION, 3600) \
	X(PTR_HELO, "ptr-helo", SENDER, PERMANENT, FIX_DNS, 3600) \
	X(SENDER_INVALID, "sender-invalid", SENDER, PERMANENT, FIX_SENDER, 3600) \
	X(RELAY_DENIED, "relay-denied", SENDER, PERMANENT, CHECK_ROUTE, 3600) \
	X(AUTH_REQUIRED, "auth-required", SENDER, PERMANENT, LOG_IN, 3600) \
	X(AUTH_FAILED, "auth-failed", SENDER, PERMANENT, FIX_CREDENTIALS, 3600) \
	X(TLS_REQUIRED, "tls-required", SENDER, PERMANENT, USE_TLS, 3600) \
	X(TLS_FAILED, "tls-failed", RECEIVER, TEMPORARY, CHECK_TLS, 1800) \
	X(PROTOCOL_ERROR, "protocol-error", SENDER, PERMANENT, FIX_CLIENT, 3600) \
	X(SERVER_ERROR, "server-error", RECEIVER, TEMPORARY, RETRY, 1800) \
	X(SERVER_FULL, "server-full", RECEIVER, TEMPORARY, RETRY_LATER, 7200)

#define MC_FAULTS(X) \
	X(UNKNOWN, "unknown") X(RECIPIENT, "recipient") X(SENDER, "sender") \
	X(RECEIVER, "receiver") X(NETWORK, "network")

#define MC_PERSISTENCES(X) \
	X(UNKNOWN, "unknown") X(PERMANENT, "permanent") X(TEMPORARY, "temporary")

#define MC_ACTIONS(X) \
	X(READ, "read-the-text") X(RETRY, "retry") X(RETRY_LATER, "retry-later") \
	X(SLOW_DOWN, "slow-down") X(CORRECT_ADDRESS, "correct-address") \
	X(REMOVE_ADDRESS, "remove-address") X(REQUEST_DELISTING, "request-delisting") \
	X(MEND_REPUTATION, "mend-reputation") X(CHANGE_CONTENT, "change-content") \
	X(REDUCE_SIZE, "reduce-size") X(FIX_AUTHENTICATION, "fix-authentication") \
	X(FIX_DNS, "fix-dns") X(FIX_SENDER, "fix-sender") X(CHECK_ROUTE, "check-route") \
	X(LOG_IN, "log-in") X(FIX_CREDENTIALS, "fix-credentials") X(USE_TLS, "use-tls") \
	X(CHECK_TLS, "check-tls") X(FIX_CLIENT, "fix-client") X(FIND_CAUSE, "find-cause") \
	X(ASK_RECEIVER, "ask-receiver") X(TELL_RECEIVER, "tell-receiver")
/* clang-format on */

#define MC_CLASS_NAME(name, ...) MC_CLASS_##name,
#define MC_FAULT_NAME(name, ...) MC_FAULT_##name,
#define MC_PERSISTENCE_NAME(name, ...) MC_PERSISTENCE_##name,
#define MC_ACTION_NAME(name, ...) MC_ACTION_##name,

enum mc_class { MC_CLASSES(MC_CLASS_NAME) MC_CLASS_COUNT };
enum mc_fault { MC_FAULTS(MC_FAULT_NAME) MC_FAULT_COUNT };
enum mc_persistence { MC_PERSISTENCES(MC_PERSISTENCE_NAME) MC_PERSISTENCE_COUNT };
enum mc_action { MC_ACTIONS(MC_ACTION_NAME) MC_ACTION_COUNT };

struct mc_class_row {
	const char *word;
	enum mc_fault fault;
	enum mc_persistence persistence;
	enum mc_action action;
	int64_t retry_after; /* seconds */
};

extern const struct mc_class_row mc_class_rows[MC_CLASS_COUNT];
extern const char *const mc_fault_words[MC_FAULT_COUNT];
extern const char *const mc_persistence_words[MC_PERSISTENCE_COUNT];
extern const char *const mc_action_words[MC_ACTION_COUNT];

#endif
