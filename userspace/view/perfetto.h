/* SPDX-License-Identifier: GPL-2.0 */
/* How a file in Chrome's trace format begins that is ours, and may be written over. */
#ifndef CLONESCOPE_VIEW_PERFETTO_H
#define CLONESCOPE_VIEW_PERFETTO_H

#define PERFETTO_BEGINS_WITH "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"made_by\":\"clonescope\""

#endif
