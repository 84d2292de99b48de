/* XML written into a buffer: text is escaped, what XML 1.0 cannot hold becomes U+FFFD. */
#ifndef OUTREACH_XML_H
#define OUTREACH_XML_H

#include "triaged/base/buf.h"

void xml_text(struct buf *b, const char *text);
/* <name>text</name>; nothing when text is "". */
void xml_element(struct buf *b, const char *name, const char *text);

#endif
