/* SPDX-License-Identifier: ISC */
/* Disk cards: one sector at a time through the card's buffer, an interrupt when it is done. */
#include "abi.h"
#include "board.h"
#include "lb.h"
#include "sched.h"

#define LB_DISK_SECTORS 0u
#define LB_DISK_STATUS  4u
#define LB_DISK_SECTOR  8u

#define LB_DISK_BUSY   1u
#define LB_DISK_WRITE  2u
#define LB_DISK_DONE   4u
#define LB_DISK_ERRORS 24u

#define LB_DISK_SIZE 512u
#define LB_DISK_MAX  8

static struct lb_disk {
    struct lock lock;
    u32 slot;
    bool taken; /* somebody's transfer is going on */
    u32 result; /* status of the last operation; 0 until it is done */
} lb_disks[LB_DISK_MAX];

static u32 lb_disk_count;

static void lb_disk_interrupt(u32 slot)
{
    struct lb_disk *disk = lb_disks;

    while (disk->slot != slot)
        disk++;
    lock_take(&disk->lock);
    disk->result = lb_read(slot, LB_DISK_STATUS);
    lb_write(slot, LB_DISK_STATUS, 0);
    sched_wake(disk);
    lock_drop(&disk->lock);
}

void lb_disk_attach(u32 slot)
{
    if (lb_disk_count == LB_DISK_MAX)
        return;
    lb_disks[lb_disk_count++].slot = slot;
    lb_handle(slot, lb_disk_interrupt);
}

u32 board_disks(void)
{
    return lb_disk_count;
}

u32 board_disk_sectors(u32 number)
{
    return lb_read(lb_disks[number].slot, LB_DISK_SECTORS);
}

/* The card is ours: do the operation and wait for its interrupt. */
static int lb_disk_operate_locked(struct lb_disk *disk, u32 sector, void *buffer, bool write)
{
    disk->result = 0;
    if (write)
        lb_copy_out(disk->slot, buffer, LB_DISK_SIZE);
    lb_write(disk->slot, LB_DISK_SECTOR, sector);
    lb_write(disk->slot, LB_DISK_STATUS, LB_DISK_BUSY | (write ? LB_DISK_WRITE : 0));
    while (!(disk->result & LB_DISK_DONE))
        sched_sleep(disk, &disk->lock);
    if (disk->result & LB_DISK_ERRORS)
        return E_IO;
    if (!write)
        lb_copy_in(disk->slot, buffer, LB_DISK_SIZE);
    return 0;
}

int board_disk_transfer(u32 number, u32 sector, void *buffer, bool write)
{
    struct lb_disk *disk = &lb_disks[number];
    int error;

    lock_take(&disk->lock);
    while (disk->taken)
        sched_sleep(disk, &disk->lock);
    disk->taken = true;
    error = lb_disk_operate_locked(disk, sector, buffer, write);
    disk->taken = false;
    sched_wake(disk);
    lock_drop(&disk->lock);
    return error;
}
