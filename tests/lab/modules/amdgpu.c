// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-in for amdgpu.ko: open files pin the module and do not keep unbind waiting, unless it is told to hang. */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/i2c.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "standin.h"

#define CARDS 16

/* Lives until the last open file is closed, which may be long after remove(). */
struct card {
	struct device dev;
	struct cdev cdev;
	atomic_t users;
	struct i2c_adapter ddc;
};

static dev_t base;
static struct class *class;
static DEFINE_IDA(minors);
static DECLARE_WAIT_QUEUE_HEAD(removal);

static int dc = -1;
module_param(dc, int, 0444);
static unsigned int ppfeaturemask = 0xfff7bfff;
module_param(ppfeaturemask, hexint, 0444); /* reads 0xfff7bfff */
static char *virtual_display;
module_param(virtual_display, charp, 0444); /* reads (null) when it was never given */
static int noretry = -1;
module_param(noretry, int, 0644);

static int fail_probe;
module_param(fail_probe, int, 0644);
MODULE_PARM_DESC(fail_probe, "not 0: probe() fails with this errno");

static int hang_remove;

static int hang_remove_set(const char *val, const struct kernel_param *kp)
{
	int err = param_set_int(val, kp);

	wake_up_all(&removal);
	return err;
}

static const struct kernel_param_ops hang_remove_ops = {
	.set = hang_remove_set,
	.get = param_get_int,
};
module_param_cb(hang_remove, &hang_remove_ops, &hang_remove, 0644);
MODULE_PARM_DESC(hang_remove, "1: remove() waits in D for open files, like snd_card_free(); 2: for a 0 written here");

static bool pin;

static int pin_set(const char *val, const struct kernel_param *kp)
{
	bool was = pin;
	int err = param_set_bool(val, kp);

	if (err || was == pin)
		return err;
	if (pin)
		__module_get(THIS_MODULE);
	else
		module_put(THIS_MODULE);
	return 0;
}

static const struct kernel_param_ops pin_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = pin_set,
	.get = param_get_bool,
};
module_param_cb(pin, &pin_ops, &pin, 0644);
MODULE_PARM_DESC(pin, "the module holds a reference on itself: unload is refused although no process holds it");

static int card_open(struct inode *inode, struct file *file)
{
	struct card *card = container_of(inode->i_cdev, struct card, cdev);

	atomic_inc(&card->users);
	file->private_data = card;
	return 0;
}

static int card_close(struct inode *inode, struct file *file)
{
	struct card *card = file->private_data;

	if (atomic_dec_and_test(&card->users))
		wake_up_all(&removal);
	return 0;
}

/* Maps no page. The mapping itself is what counts: it keeps the file open after its last descriptor is closed. */
static int card_mmap(struct file *file, struct vm_area_struct *vma)
{
	return 0;
}

static const struct file_operations card_fops = {
	.owner = THIS_MODULE,
	.open = card_open,
	.release = card_close,
	.mmap = card_mmap,
};

static void card_free(struct device *dev)
{
	struct card *card = container_of(dev, struct card, dev);

	ida_free(&minors, MINOR(dev->devt));
	kfree(card);
}

/* No monitor answers. What counts is the adapter: /dev/i2c-N below the PCI function, once i2c-dev is loaded. */
static int ddc_transfer(struct i2c_adapter *ddc, struct i2c_msg *messages, int count)
{
	return -ENXIO;
}

static u32 ddc_functionality(struct i2c_adapter *ddc)
{
	return I2C_FUNC_I2C;
}

static const struct i2c_algorithm ddc_algorithm = {
	.master_xfer = ddc_transfer,
	.functionality = ddc_functionality,
};

static int ddc_add(struct card *card, struct pci_dev *pdev)
{
	card->ddc.owner = THIS_MODULE; /* an open /dev/i2c-N pins the module */
	card->ddc.algo = &ddc_algorithm;
	card->ddc.dev.parent = &pdev->dev;
	strscpy(card->ddc.name, "AMDGPU DDC stand-in", sizeof(card->ddc.name));
	return i2c_add_adapter(&card->ddc);
}

static int amdgpu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct card *card;
	int minor, err;

	if (fail_probe)
		return -fail_probe;
	err = pci_enable_device(pdev);
	if (err)
		return err;
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	minor = card ? ida_alloc_max(&minors, CARDS - 1, GFP_KERNEL) : -ENOMEM;
	if (minor < 0) {
		kfree(card);
		pci_disable_device(pdev);
		return minor;
	}
	device_initialize(&card->dev);
	card->dev.class = class;
	/* So that the node is found by walking the function's directory for `dev` files. */
	card->dev.parent = &pdev->dev;
	card->dev.devt = base + minor;
	card->dev.release = card_free;
	dev_set_name(&card->dev, "dri-standin!card%d", minor); /* '!' is how sysfs spells the '/' of the node's name */
	cdev_init(&card->cdev, &card_fops);
	card->cdev.owner = THIS_MODULE;
	err = cdev_device_add(&card->cdev, &card->dev);
	if (err)
		goto no_card;
	err = ddc_add(card, pdev);
	if (err)
		goto no_ddc;
	pci_set_drvdata(pdev, card);
	return 0;

no_ddc:
	cdev_device_del(&card->cdev, &card->dev);
no_card:
	put_device(&card->dev);
	pci_disable_device(pdev);
	return err;
}

static void amdgpu_remove(struct pci_dev *pdev)
{
	struct card *card = pci_get_drvdata(pdev);

	cdev_device_del(&card->cdev, &card->dev); /* the node is gone; files that are open stay open, as "(deleted)" */
	i2c_del_adapter(&card->ddc);		  /* waits in D until the last open /dev/i2c-N of it is closed */
	wait_event(removal, hang_remove == 0 || (hang_remove == 1 && !atomic_read(&card->users)));
	put_device(&card->dev);
	pci_disable_device(pdev);
}

static const struct pci_device_id amdgpu_ids[] = { { STANDIN_AMD_ID }, {} };
MODULE_DEVICE_TABLE(pci, amdgpu_ids);

static struct pci_driver amdgpu_driver = {
	.name = "amdgpu",
	.id_table = amdgpu_ids,
	.probe = amdgpu_probe,
	.remove = amdgpu_remove,
};

static char *card_devnode(STANDIN_DEVNODE_ARG *dev, umode_t *mode)
{
	if (mode)
		*mode = 0666;
	return NULL;
}

static int __init amdgpu_init(void)
{
	int err = alloc_chrdev_region(&base, 0, CARDS, "amdgpu-standin");

	if (err)
		return err;
	class = standin_class_create("drm_standin"); /* "drm" is taken by the real thing */
	err = PTR_ERR_OR_ZERO(class);
	if (err)
		goto no_class;
	class->devnode = card_devnode;
	err = pci_register_driver(&amdgpu_driver); /* succeeds without a card, unlike nvidia */
	if (err)
		goto no_driver;
	return 0;

no_driver:
	class_destroy(class);
no_class:
	unregister_chrdev_region(base, CARDS);
	return err;
}

static void __exit amdgpu_exit(void)
{
	pci_unregister_driver(&amdgpu_driver);
	class_destroy(class);
	ida_destroy(&minors);
	unregister_chrdev_region(base, CARDS);
}

module_init(amdgpu_init);
module_exit(amdgpu_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("stand-in for the AMD driver, drives QEMU's ati-vga,model=rage128p");
