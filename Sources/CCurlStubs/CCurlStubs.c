// What Debian's libcurl.a refers to and a static berth does not have: Kerberos, LDAP and RTMP. The first has no archive
// on Debian, the others would bring a second TLS library. The HTTP module allows the schemes http and https alone, so
// that of all this only two parts can ever be called, and these answer as a library would that finds nothing.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// GSSAPI (RFC 2744). A SOCKS5 proxy may choose it. libcurl then asks for the error's text until it is given one.

struct gss_buffer {
    size_t length;
    const void *value;
};

enum { gss_complete = 0, gss_unavailable = 16 << 16 };

const void *const GSS_C_NT_HOSTBASED_SERVICE = NULL;

uint32_t gss_display_status(uint32_t *minor, uint32_t status, int type, const void *mechanism, uint32_t *context,
                            struct gss_buffer *text) {
    static const char reason[] = "Kerberos is not part of this program";
    (void)status, (void)type, (void)mechanism;
    *minor = 0;
    *context = 0;
    text->length = sizeof reason - 1;
    text->value = reason;
    return gss_complete;
}

// The text above is nobody's to free. Nor is a name of libcurl's own, which lives until the process ends.
uint32_t gss_release_buffer(uint32_t *minor, struct gss_buffer *buffer) {
    *minor = 0;
    buffer->length = 0;
    buffer->value = NULL;
    return gss_complete;
}

#define RELEASED(name)                                                                                                 \
    uint32_t name(uint32_t *minor) {                                                                                   \
        *minor = 0;                                                                                                    \
        return gss_complete;                                                                                           \
    }

#define UNAVAILABLE(name)                                                                                              \
    uint32_t name(uint32_t *minor) {                                                                                   \
        *minor = 0;                                                                                                    \
        return gss_unavailable;                                                                                        \
    }

RELEASED(gss_delete_sec_context)
RELEASED(gss_release_name)
UNAVAILABLE(gss_display_name)
UNAVAILABLE(gss_import_name)
UNAVAILABLE(gss_init_sec_context)
UNAVAILABLE(gss_inquire_context)
UNAVAILABLE(gss_unwrap)
UNAVAILABLE(gss_wrap)

// LDAP. libcurl asks for the library's version when it is asked for its own.

int ldap_get_option(void *session, int option, void *value) {
    (void)session, (void)option, (void)value;
    return -1;
}

// The rest belongs to the schemes ldap and rtmp.

#define UNREACHABLE(name)                                                                                              \
    void name(void) {                                                                                                  \
        abort();                                                                                                       \
    }

UNREACHABLE(RTMP_Alloc)
UNREACHABLE(RTMP_Close)
UNREACHABLE(RTMP_Connect1)
UNREACHABLE(RTMP_ConnectStream)
UNREACHABLE(RTMP_Free)
UNREACHABLE(RTMP_Init)
UNREACHABLE(RTMP_Read)
UNREACHABLE(RTMP_SetBufferMS)
UNREACHABLE(RTMP_SetupURL)
UNREACHABLE(RTMP_Write)
UNREACHABLE(ber_bvfree)
UNREACHABLE(ber_free)
UNREACHABLE(ber_memfree)
UNREACHABLE(ber_memvfree)
UNREACHABLE(ber_sockbuf_add_io)
UNREACHABLE(ldap_abandon_ext)
UNREACHABLE(ldap_err2string)
UNREACHABLE(ldap_free_urldesc)
UNREACHABLE(ldap_get_attribute_ber)
UNREACHABLE(ldap_get_dn_ber)
UNREACHABLE(ldap_init_fd)
UNREACHABLE(ldap_memfree)
UNREACHABLE(ldap_msgfree)
UNREACHABLE(ldap_msgtype)
UNREACHABLE(ldap_parse_result)
UNREACHABLE(ldap_parse_sasl_bind_result)
UNREACHABLE(ldap_pvt_url_scheme2proto)
UNREACHABLE(ldap_result)
UNREACHABLE(ldap_sasl_bind)
UNREACHABLE(ldap_search_ext)
UNREACHABLE(ldap_set_option)
UNREACHABLE(ldap_start_tls)
UNREACHABLE(ldap_unbind_ext)
UNREACHABLE(ldap_url_parse)
