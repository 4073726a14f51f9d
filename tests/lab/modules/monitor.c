// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-in for a monitor: I2C adapters below PCI functions, one for each cable, at which an EDID (0x50) and DDC/CI (0x37) answer. */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/module.h>
#include <linux/pci.h>

#define EDID_ADDRESS 0x50
#define DDC_ADDRESS 0x37
#define EDID_SIZE 128

/* DDC/CI 1.1: addresses are written shifted, and a checksum is the XOR of all that went over the bus. */
#define TO_MONITOR 0x6e
#define FROM_HOST 0x51
#define VIRTUAL_HOST 0x50
#define LENGTH 0x80 /* or'ed into the count of bytes that follow */
#define GET_VCP 0x01
#define GET_VCP_REPLY 0x02
#define SET_VCP 0x03
#define REPLY_SIZE 11
#define NULL_MESSAGE_SIZE 3

#define BRIGHTNESS 0x10
#define INPUT 0x60
#define VERSION 0xdf

#define CABLES 2
static char *parent[CABLES];
static int cables;
module_param_array(parent, charp, &cables, 0444);
MODULE_PARM_DESC(parent, "the PCI function at each cable's other end, as in 0000:00:08.0");

static char *name = "STANDIN 27";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "the model in the EDID, 12 characters at most");

static char *serial = "LAB0001";
module_param(serial, charp, 0444);
MODULE_PARM_DESC(serial, "the serial number in the EDID, 12 characters at most");

static uint input = 0x0f;
module_param(input, uint, 0644);
MODULE_PARM_DESC(input, "the input that is shown, a value of VCP feature 0x60");

static int set_by = -1;
module_param(set_by, int, 0644);
MODULE_PARM_DESC(set_by, "the cable by which the input was set last, from 0");

static bool silent;
module_param(silent, bool, 0644);
MODULE_PARM_DESC(silent, "nobody answers over DDC/CI, as when it is turned off in the menu");

static int mute = -1;
module_param(mute, int, 0644);
MODULE_PARM_DESC(mute, "nobody answers over DDC/CI by this cable, as at an input that is not shown");

static uint slow;
module_param(slow, uint, 0644);
MODULE_PARM_DESC(slow, "milliseconds that each transfer takes, as with a monitor that holds the clock");

/* clang-format off */
static u8 edid[EDID_SIZE] = {
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
	0x4c, 0x41, 0x01, 0x27, 0x01, 0x00, 0x00, 0x00, /* "SBA", product, serial number */
	0x01, 0x20, 0x01, 0x04,				/* week, year 2022, EDID 1.4 */
	0xa5, 0x3c, 0x22, 0x78, 0x02,			/* digital, 60 x 34 cm, gamma 2.2, sRGB */
	0xee, 0x95, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54, /* chromaticity */
	0x00, 0x00, 0x00,				/* no established timings, and no standard ones */
	0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
	/* 1920x1080 at 60 Hz */
	0x02, 0x3a, 0x80, 0x18, 0x71, 0x38, 0x2d, 0x40, 0x58, 0x2c, 0x45, 0x00, 0x55, 0x50, 0x21, 0x00, 0x00, 0x1e,
};
/* clang-format on */

static u8 edid_at;
static u8 reply[REPLY_SIZE];
static size_t reply_size;

static u8 checksum(u8 from, const u8 *bytes, size_t size)
{
	while (size--)
		from ^= *bytes++;
	return from;
}

static void set_text(u8 *descriptor, u8 tag, const char *text)
{
	size_t size = min_t(size_t, strlen(text), 12);

	memset(descriptor, 0, 5);
	descriptor[3] = tag;
	memset(descriptor + 5, ' ', 13);
	memcpy(descriptor + 5, text, size);
	descriptor[5 + size] = '\n';
}

static void make_edid(void)
{
	u8 sum = 0;
	int i;

	set_text(edid + 72, 0xfc, name);
	set_text(edid + 90, 0xff, serial);
	set_text(edid + 108, 0xfe, "stand-in");
	for (i = 0; i < EDID_SIZE - 1; i++)
		sum += edid[i];
	edid[EDID_SIZE - 1] = -sum;
}

static void reply_with(u8 feature, bool known, u16 most, u16 value)
{
	u8 bytes[] = { TO_MONITOR, LENGTH | 8, GET_VCP_REPLY, !known, feature, 0, most >> 8, most, value >> 8, value };

	memcpy(reply, bytes, sizeof(bytes));
	reply[sizeof(bytes)] = checksum(VIRTUAL_HOST, bytes, sizeof(bytes));
	reply_size = REPLY_SIZE;
}

static void get_vcp(u8 feature)
{
	switch (feature) {
	case BRIGHTNESS:
		return reply_with(feature, true, 100, 50);
	case INPUT:
		return reply_with(feature, true, 0x12, input);
	case VERSION:
		return reply_with(feature, true, 0xffff, 0x0202); /* 2.2 */
	}
	reply_with(feature, false, 0, 0);
}

static int ddc_write(int cable, const u8 *bytes, size_t size)
{
	static const u8 null_message[NULL_MESSAGE_SIZE] = { TO_MONITOR, LENGTH, TO_MONITOR ^ LENGTH ^ VIRTUAL_HOST };

	if (!size) /* somebody probes the address */
		return 0;
	memcpy(reply, null_message, sizeof(null_message));
	reply_size = sizeof(null_message);
	if (size < 4 || bytes[0] != FROM_HOST || checksum(TO_MONITOR, bytes, size) != 0)
		return 0; /* a monitor does not answer to what it does not understand */
	if (bytes[2] == GET_VCP && size == 5)
		get_vcp(bytes[3]);
	if (bytes[2] == SET_VCP && size == 7 && bytes[3] == INPUT) {
		input = bytes[4] << 8 | bytes[5];
		set_by = cable;
	}
	return 0;
}

static int message(int cable, struct i2c_msg *msg)
{
	int i;

	if (msg->addr == EDID_ADDRESS) {
		for (i = 0; i < msg->len; i++) {
			if (msg->flags & I2C_M_RD)
				msg->buf[i] = edid[edid_at++ % EDID_SIZE];
			else
				edid_at = msg->buf[i];
		}
		return 0;
	}
	if (msg->addr != DDC_ADDRESS || silent || cable == mute)
		return -ENXIO;
	if (!(msg->flags & I2C_M_RD))
		return ddc_write(cable, msg->buf, msg->len);
	for (i = 0; i < msg->len; i++)
		msg->buf[i] = i < reply_size ? reply[i] : 0;
	return 0;
}

static struct i2c_adapter adapters[CABLES];

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	int i, err;

	if (slow)
		msleep(slow);
	for (i = 0; i < count; i++) {
		err = message(adapter - adapters, &messages[i]);
		if (err)
			return err;
	}
	return count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functionality,
};

static struct pci_dev *functions[CABLES];

static int plug(int cable)
{
	unsigned int domain, bus, slot, number;
	int err;

	if (sscanf(parent[cable], "%x:%x:%x.%x", &domain, &bus, &slot, &number) == 4)
		functions[cable] = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, number));
	if (!functions[cable])
		return -ENODEV;
	adapters[cable].owner = THIS_MODULE;
	adapters[cable].algo = &algorithm;
	strscpy(adapters[cable].name, "stand-in monitor", sizeof(adapters[cable].name));
	adapters[cable].dev.parent = &functions[cable]->dev;
	err = i2c_add_adapter(&adapters[cable]);
	if (err)
		pci_dev_put(functions[cable]);
	return err;
}

static void unplug(int cable)
{
	i2c_del_adapter(&adapters[cable]);
	pci_dev_put(functions[cable]);
}

static int __init monitor_init(void)
{
	int cable, err;

	make_edid();
	for (cable = 0; cable < cables; cable++) {
		err = plug(cable);
		if (err) {
			while (cable--)
				unplug(cable);
			return err;
		}
	}
	return cables ? 0 : -EINVAL;
}

static void __exit monitor_exit(void)
{
	while (cables--)
		unplug(cables);
}

module_init(monitor_init);
module_exit(monitor_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("stand-in for a monitor with DDC/CI");
