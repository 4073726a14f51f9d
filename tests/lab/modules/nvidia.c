// SPDX-License-Identifier: GPL-2.0-or-later
/* Stand-in for nvidia.ko: nodes, usage count, and a remove() that waits for it. README.md says what is imitated. */
#include <linux/cdev.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "standin.h"

struct gpu {
	struct pci_dev *pdev; /* NULL: this minor is free */
	struct proc_dir_entry *proc;
	int usage;
	bool leaving;
};

static DEFINE_MUTEX(lock);
static struct gpu gpus[NVIDIA_GPUS];
static int bound, refused;

static struct class *class;
static struct cdev gpu_cdev, ctl_cdev;
static struct proc_dir_entry *proc_root, *proc_gpus;

static int NVreg_StandIn;
module_param(NVreg_StandIn, int, 0444);
MODULE_PARM_DESC(NVreg_StandIn, "a number, readable by everybody");
static bool NVreg_StandInBool;
module_param(NVreg_StandInBool, bool, 0400);
MODULE_PARM_DESC(NVreg_StandInBool, "a bool, readable by root");
static char *NVreg_StandInText;
module_param(NVreg_StandInText, charp, 0400);
MODULE_PARM_DESC(NVreg_StandInText, "a text, readable by root; reads (null) when it was never given");
/* The real NVreg_ parameters are all of this kind: no file in /sys/module, a line in /proc/driver/nvidia/params. */
static int NVreg_StandInHidden;
module_param(NVreg_StandInHidden, int, 0);
MODULE_PARM_DESC(NVreg_StandInHidden, "a number without a file in /sys/module");
static int fail_probe;
module_param(fail_probe, int, 0644);
MODULE_PARM_DESC(fail_probe, "not 0: probe() fails with -1 (EPERM), the real driver's only error");

int nvidia_gpu_get(int minor)
{
	int err = -ENODEV;

	if (minor < 0 || minor >= NVIDIA_GPUS)
		return err;
	mutex_lock(&lock);
	if (gpus[minor].pdev && !gpus[minor].leaving) {
		gpus[minor].usage++;
		err = 0;
	}
	mutex_unlock(&lock);
	return err;
}
EXPORT_SYMBOL_GPL(nvidia_gpu_get);

void nvidia_gpu_put(int minor)
{
	mutex_lock(&lock);
	gpus[minor].usage--;
	mutex_unlock(&lock);
}
EXPORT_SYMBOL_GPL(nvidia_gpu_put);

struct class *nvidia_class(void)
{
	return class;
}
EXPORT_SYMBOL_GPL(nvidia_class);

static int gpu_open(struct inode *inode, struct file *file)
{
	return nvidia_gpu_get(iminor(inode));
}

static int gpu_release(struct inode *inode, struct file *file)
{
	nvidia_gpu_put(iminor(inode));
	return 0;
}

/* Maps no page. The mapping itself is what counts: it keeps the file open after its last descriptor is closed. */
static int gpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	return 0;
}

static const struct file_operations gpu_fops = {
	.owner = THIS_MODULE,
	.open = gpu_open,
	.release = gpu_release,
	.mmap = gpu_mmap,
};

static const struct file_operations ctl_fops = {
	.owner = THIS_MODULE,
};

static int information_show(struct seq_file *m, void *v)
{
	struct gpu *gpu = m->private;

	seq_printf(m, "Model: \t\t Stand-in\nIRQ:   \t\t %u\n", gpu->pdev->irq);
	seq_puts(m, "GPU UUID: \t GPU-5374616e-6420-696e-2047-505500000000\n");
	seq_puts(m, "Video BIOS: \t ??.??.??.??.??\nBus Type: \t PCIe\nDMA Size: \t 47 bits\n");
	seq_printf(m, "DMA Mask: \t 0x7fffffffffff\nBus Location: \t %s\n", pci_name(gpu->pdev));
	seq_printf(m, "Device Minor: \t %d\nGPU Excluded:\t No\n", (int)(gpu - gpus));
	return 0;
}

static int version_show(struct seq_file *m, void *v)
{
	seq_puts(m, "NVRM version: NVIDIA UNIX x86_64 Kernel Module  " NVIDIA_VERSION "  Stand-in\n");
	return 0;
}

static int params_show(struct seq_file *m, void *v)
{
	seq_printf(m, "StandIn: %d\nStandInBool: %d\n", NVreg_StandIn, NVreg_StandInBool);
	seq_printf(m, "StandInHidden: %d\nStandInText: \"%s\"\n", NVreg_StandInHidden, NVreg_StandInText ?: "");
	return 0;
}

static int nvidia_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct gpu *gpu = NULL;
	struct device *node;
	int minor;

	if (fail_probe) {
		refused++;
		return -1;
	}
	if (pci_enable_device(pdev))
		return -1;
	mutex_lock(&lock);
	for (minor = 0; minor < NVIDIA_GPUS && !gpu; minor++)
		if (!gpus[minor].pdev)
			gpu = &gpus[minor];
	if (gpu)
		*gpu = (struct gpu){ .pdev = pdev };
	mutex_unlock(&lock);
	if (!gpu) {
		pci_disable_device(pdev);
		return -1;
	}
	minor = gpu - gpus;
	pci_set_drvdata(pdev, gpu);
	gpu->proc = proc_mkdir(pci_name(pdev), proc_gpus);
	proc_create_single_data("information", 0444, gpu->proc, information_show, gpu);
	/* No parent, as with the real driver: nothing below the PCI function in sysfs leads to this node. */
	node = device_create(class, NULL, MKDEV(NVIDIA_MAJOR, minor), NULL, "nvidia%d", minor);
	if (IS_ERR(node))
		dev_warn(&pdev->dev, "no node: %ld\n", PTR_ERR(node));
	bound++;
	return 0;
}

static void nvidia_remove(struct pci_dev *pdev)
{
	struct gpu *gpu = pci_get_drvdata(pdev);

	mutex_lock(&lock);
	gpu->leaving = true; /* opens are refused from here on, the node stays */
	if (gpu->usage) {
		pr_err("NVRM: Attempting to remove device %s with non-zero usage count!\n", pci_name(pdev));
		while (gpu->usage) {
			mutex_unlock(&lock);
			/* With a signal pending this returns at once: after SIGKILL the loop runs at 100 % CPU. */
			schedule_timeout_interruptible(msecs_to_jiffies(500));
			mutex_lock(&lock);
		}
		pr_err("NVRM: Continuing with GPU removal for device %s\n", pci_name(pdev));
	}
	mutex_unlock(&lock);

	device_destroy(class, MKDEV(NVIDIA_MAJOR, gpu - gpus));
	proc_remove(gpu->proc);
	pci_disable_device(pdev);
	mutex_lock(&lock);
	gpu->pdev = NULL;
	mutex_unlock(&lock);
}

static const struct pci_device_id nvidia_ids[] = { { STANDIN_NVIDIA_ID }, {} };
MODULE_DEVICE_TABLE(pci, nvidia_ids);

static struct pci_driver nvidia_driver = {
	.name = "nvidia",
	.id_table = nvidia_ids,
	.probe = nvidia_probe,
	.remove = nvidia_remove,
};

static char *nvidia_devnode(STANDIN_DEVNODE_ARG *dev, umode_t *mode)
{
	if (mode)
		*mode = 0666;
	return NULL;
}

static int region_add(struct cdev *cdev, const struct file_operations *fops, int minor, int count, const char *name)
{
	dev_t dev = MKDEV(NVIDIA_MAJOR, minor);
	int err = register_chrdev_region(dev, count, name);

	if (err)
		return err;
	cdev_init(cdev, fops);
	cdev->owner = THIS_MODULE;
	err = cdev_add(cdev, dev, count);
	if (err)
		unregister_chrdev_region(dev, count);
	return err;
}

static void region_del(struct cdev *cdev)
{
	dev_t dev = cdev->dev;
	unsigned int count = cdev->count;

	cdev_del(cdev);
	unregister_chrdev_region(dev, count);
}

static int __init nvidia_init(void)
{
	struct device *node;
	int err;

	class = standin_class_create("nvidia");
	if (IS_ERR(class))
		return PTR_ERR(class);
	class->devnode = nvidia_devnode;
	err = region_add(&gpu_cdev, &gpu_fops, 0, NVIDIA_GPUS, "nvidia");
	if (err)
		goto no_gpu_region;
	err = region_add(&ctl_cdev, &ctl_fops, NVIDIA_MINOR_CTL, 1, "nvidiactl");
	if (err)
		goto no_ctl_region;
	proc_root = proc_mkdir("driver/nvidia", NULL);
	proc_gpus = proc_mkdir("gpus", proc_root);
	proc_create_single("version", 0444, proc_root, version_show);
	proc_create_single("params", 0444, proc_root, params_show);

	err = pci_register_driver(&nvidia_driver);
	if (err)
		goto no_driver;
	if (!bound) { /* a device that some other driver has, or that is kept away by driver_override, counts as none */
		pr_err("NVRM: %s\n", refused ? "The NVIDIA probe routine failed." : "No NVIDIA GPU found.");
		err = -ENODEV;
		goto no_device;
	}
	/* Last, so that a load in vain shows no node. */
	node = device_create(class, NULL, MKDEV(NVIDIA_MAJOR, NVIDIA_MINOR_CTL), NULL, "nvidiactl");
	err = PTR_ERR_OR_ZERO(node);
	if (err)
		goto no_device;
	pr_info("NVRM: loading NVIDIA UNIX x86_64 Kernel Module  " NVIDIA_VERSION "  Stand-in\n");
	return 0;

no_device:
	pci_unregister_driver(&nvidia_driver);
no_driver:
	proc_remove(proc_root);
	region_del(&ctl_cdev);
no_ctl_region:
	region_del(&gpu_cdev);
no_gpu_region:
	class_destroy(class);
	return err;
}

static void __exit nvidia_exit(void)
{
	pci_unregister_driver(&nvidia_driver);
	proc_remove(proc_root);
	device_destroy(class, MKDEV(NVIDIA_MAJOR, NVIDIA_MINOR_CTL));
	region_del(&ctl_cdev);
	region_del(&gpu_cdev);
	class_destroy(class);
}

module_init(nvidia_init);
module_exit(nvidia_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NVIDIA_VERSION);
MODULE_DESCRIPTION("stand-in for the NVIDIA driver, drives QEMU's cirrus-vga");
