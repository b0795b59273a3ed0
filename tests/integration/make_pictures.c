/* make_pictures FOLDER COUNT: JPEGs of random discs and stripes, the same on every machine, in the
 * folders of three painters, for tests that have no paintings at hand. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <jpeglib.h>

enum { WIDTH = 480, HEIGHT = 360, DISCS = 60 };

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void draw_disc(uint8_t *rgb, uint64_t *state)
{
    int cx = (int)(next_random(state) % WIDTH), cy = (int)(next_random(state) % HEIGHT);
    int radius = 8 + (int)(next_random(state) % 80);
    uint64_t colour = next_random(state);
    int stripe = 4 + (int)(next_random(state) % 12);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            int dx = x - cx, dy = y - cy;
            if (dx * dx + dy * dy > radius * radius || (x + y) / stripe % 3 == 0)
                continue;
            uint8_t *pixel = rgb + ((size_t)y * WIDTH + (size_t)x) * 3;
            for (int c = 0; c < 3; c++)
                pixel[c] = (uint8_t)(colour >> (8 * c));
        }
    }
}

static int write_jpeg(const char *path, uint8_t *rgb)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return -1;
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors); /* ends the program on an error: right for a tool */
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = WIDTH;
    jpeg.image_height = HEIGHT;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 90, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < HEIGHT; y++) {
        JSAMPROW row = rgb + (size_t)y * WIDTH * 3;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return fclose(file);
}

static int make_picture(const char *folder, unsigned number)
{
    static const char *const PAINTERS[] = {"Ada_Brook", "Carl_Dune", "Eva_Field"};
    static uint8_t rgb[(size_t)WIDTH * HEIGHT * 3];
    uint64_t state = number;
    uint8_t ground = (uint8_t)next_random(&state);
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = ground;
    for (int i = 0; i < DISCS; i++)
        draw_disc(rgb, &state);
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, PAINTERS[number % 3]);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/%s/Study %u.jpg", folder, PAINTERS[number % 3], number);
    return write_jpeg(path, rgb);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: make_pictures FOLDER COUNT\n", stderr);
        return 64;
    }
    unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
    mkdir(argv[1], 0755);
    for (unsigned number = 1; number <= count; number++) {
        if (make_picture(argv[1], number) != 0) {
            perror("make_pictures");
            return 1;
        }
    }
    return 0;
}
