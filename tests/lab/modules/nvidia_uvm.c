// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-in for nvidia-uvm.ko: a node whose major number only /proc/devices knows. */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/module.h>

#include "standin.h"

static dev_t base;
static struct cdev cdev;

static const struct file_operations fops = {
	.owner = THIS_MODULE,
};

static int __init nvidia_uvm_init(void)
{
	struct device *node;
	int err = alloc_chrdev_region(&base, 0, 2, "nvidia-uvm");

	if (err)
		return err;
	cdev_init(&cdev, &fops);
	cdev.owner = THIS_MODULE;
	err = cdev_add(&cdev, base, 2);
	if (err)
		goto no_cdev;
	node = device_create(nvidia_class(), NULL, base, NULL, "nvidia-uvm");
	err = PTR_ERR_OR_ZERO(node);
	if (err)
		goto no_node;
	node = device_create(nvidia_class(), NULL, base + 1, NULL, "nvidia-uvm-tools");
	err = PTR_ERR_OR_ZERO(node);
	if (err)
		goto no_tools;
	return 0;

no_tools:
	device_destroy(nvidia_class(), base);
no_node:
	cdev_del(&cdev);
no_cdev:
	unregister_chrdev_region(base, 2);
	return err;
}

static void __exit nvidia_uvm_exit(void)
{
	device_destroy(nvidia_class(), base + 1);
	device_destroy(nvidia_class(), base);
	cdev_del(&cdev);
	unregister_chrdev_region(base, 2);
}

module_init(nvidia_uvm_init);
module_exit(nvidia_uvm_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NVIDIA_VERSION);
MODULE_DESCRIPTION("stand-in for the NVIDIA unified memory driver");
